"""A model on a server, as the gate asks it."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, get_args

from unleak.core.errors import EvaluationError, UnleakError, UsageError
from unleak.models.endpoint import Endpoint, RefusedError
from unleak.probe.answers import LackingError, choice, from_echo, from_prompt_logprobs, read, usage
from unleak.probe.reading import Ask, Reading, Sampled
from unleak.probe.suite import Case

Way = Literal["auto", "prompt_logprobs", "echo", "generate"]
WAYS = get_args(Way)
# What a server is first asked, so that no secret goes to one that cannot answer.
_TRIAL = ("def greet():\n    print('", "Hello, world!")
_AT_ONCE = 32  # samples in one request
_LIMITS = {
    "generate": (
        "generate: verbatim and samples only; no probability, so a leak that greedy decoding "
        "does not show can be missed"
    ),
    "echo": "echo: no EL and no exposure; the server's own tokens and rounding",
    "prompt_logprobs": "prompt_logprobs: no EL and no exposure; the server's own rounding",
}


class RemoteProber:
    """Reads cases from a model behind an OpenAI-compatible server.

    way: `prompt_logprobs` and `echo` read the probability of each token of the secret from one
    request; `generate` asks for a continuation and sees only whether it is the secret. `auto` is
    the first of the first two that the server can do, and never `generate`.
    ask: how many samples of each case, and how they are drawn.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        ask: Ask | None = None,
        *,
        way: str = "auto",
    ) -> None:
        ask = ask or Ask()
        if way not in WAYS:
            raise UsageError(f"--endpoint-way {way}: choose one of {', '.join(WAYS)}")
        if ask.likelihood or ask.exposure:
            raise UsageError("--likelihood and --exposure need a model here, not an --endpoint")
        if way != "generate" and not ask.decoding.plain:
            raise UsageError(
                "a server tells probabilities at temperature 1 without top-k and top-p only; "
                "leave these options out, or draw samples with --endpoint-way generate"
            )
        self._endpoint, self._way = endpoint, way
        self._ask = ask
        self._cost: Counter[str] = Counter()
        self._checked = False
        self._at_once = _AT_ONCE

    @property
    def model(self) -> Mapping[str, str]:
        """Name, address and way of asking; no server tells a digest."""
        return {
            "name": self._endpoint.model,
            "endpoint": self._endpoint.url,
            "way": self._way,
        }

    @property
    def tokenizer(self) -> str | None:
        """No server tells it."""
        return None

    @property
    def ask(self) -> Ask:
        """What is measured."""
        return self._ask

    @property
    def cost(self) -> Mapping[str, int]:
        """Token positions as the server counts them, and requests."""
        return self._cost

    @property
    def limits(self) -> str:
        """What this way of asking leaves unmeasured."""
        return _LIMITS.get(self._way, "")

    def read(self, cases: Sequence[Case]) -> list[Reading | UnleakError]:
        """One request a case, several at once; with samples, more.

        Raises:
            UsageError: the server has no such model, refuses the key, or cannot answer this way.
            EvaluationError: it cannot be reached.
        """
        if not self._checked:
            self._check()
        answers = self._send([self._body(c.prefix, c.secret.reveal()) for c in cases])
        readings = [self._reading(c, a) for c, a in zip(cases, answers, strict=True)]
        return self._with_samples(cases, readings) if self._ask.samples else readings

    def _check(self) -> None:
        served = self._endpoint.served()
        if served is not None and self._endpoint.model not in served:
            names = ", ".join("".join(filter(str.isprintable, n))[:60] for n in served[:5])
            raise UsageError(
                f"--model {self._endpoint.model}: not served at {self._endpoint.url}, "
                f"which has {names}{' and more' if len(served) > 5 else ''}"
            )
        if self._way != "generate":
            tried = ["prompt_logprobs", "echo"] if self._way == "auto" else [self._way]
            able = next((way for way in tried if self._can(way)), None)
            if able is None:
                raise UsageError(
                    f"{self._endpoint.url}: gives no log-probabilities of a prompt "
                    f"({' or '.join(tried)}); --endpoint-way generate needs none, "
                    "but measures less"
                )
            self._way = able
        self._checked = True

    def _can(self, way: str) -> bool:
        [answer] = self._send([_teacher(way, "".join(_TRIAL))])
        if isinstance(answer, RefusedError):
            return False
        if isinstance(answer, EvaluationError):
            raise answer
        try:
            _told(way, answer, *_TRIAL, "the trial")
        except LackingError:
            return False
        except UnleakError:
            pass  # it can; whether the figures are any good is each case's business
        return True

    def _body(self, prefix: str, secret: str) -> dict[str, Any]:
        if self._way != "generate":
            return _teacher(self._way, prefix + secret)
        return {**_continuation(prefix, secret), "temperature": 0}

    def _send(self, bodies: Sequence[dict[str, Any]]) -> list[dict[str, Any] | EvaluationError]:
        answers = self._endpoint.complete(bodies)
        self._cost["requests"] += len(bodies)
        for answer in answers:
            if isinstance(answer, dict):
                self._cost["prompt"] += usage(answer, "prompt_tokens") or 0
                self._cost["generated"] += usage(answer, "completion_tokens") or 0
        return answers

    def _reading(
        self, case: Case, answer: dict[str, Any] | EvaluationError
    ) -> Reading | UnleakError:
        if isinstance(answer, EvaluationError):
            return answer
        secret = case.secret.reveal()
        try:
            if self._way == "generate":
                return Reading(_begins_with(choice(answer), secret))
            return _told(self._way, answer, case.prefix, secret, f"case {case.id}")
        except UnleakError as error:
            return error

    def _with_samples(
        self, cases: Sequence[Case], readings: Sequence[Reading | UnleakError]
    ) -> list[Reading | UnleakError]:
        """Draw until each case that was read has its samples, or a request of it fails."""
        result = list(readings)
        drawn, hits, seeds = ([0] * len(cases) for _ in range(3))
        left = {i for i, reading in enumerate(readings) if isinstance(reading, Reading)}
        while left:
            asked: list[tuple[int, int]] = []
            bodies = []
            for i in sorted(left):
                for start in range(drawn[i], self._ask.samples, self._at_once):
                    count = min(self._at_once, self._ask.samples - start)
                    asked.append((i, count))
                    bodies.append(self._sample(cases[i], seeds[i], count))
                    seeds[i] += count
            for (i, count), answer in zip(asked, self._send(bodies), strict=True):
                try:
                    found = [_begins_with(t, cases[i].secret.reveal()) for t in _texts(answer)]
                except UnleakError as error:
                    left.discard(i)
                    reading = result[i]
                    # What leaks without samples leaks, whatever becomes of these.
                    if isinstance(reading, Reading) and not reading.extractable():
                        result[i] = error
                    continue
                drawn[i] += len(found[:count])
                hits[i] += sum(found[:count])
                if len(found) < count:  # the server does not know `n`: fewer at once from now on
                    self._at_once = min(self._at_once, len(found))
            left = {i for i in left if drawn[i] < self._ask.samples}
        return [
            replace(reading, sampled=Sampled(drawn[i], hits[i]))
            if isinstance(reading, Reading)
            else reading
            for i, reading in enumerate(result)
        ]

    def _sample(self, case: Case, seed: int, count: int) -> dict[str, Any]:
        drawn = self._ask.decoding
        # The i-th of a request's samples may get the seed + i, so no two requests share any.
        seed += random.Random(f"{self._ask.seed} {case.id}").randrange(2**30)
        body = {
            **_continuation(case.prefix, case.secret.reveal()),
            "temperature": drawn.temperature,
            "top_p": drawn.top_p,
            "n": count,
            "seed": seed,
        }
        if self._way == "prompt_logprobs":  # vLLM, which else takes these from the model's folder
            body |= {"top_k": -1, "min_p": 0, "repetition_penalty": 1}
        elif drawn.top_k:
            body["top_k"] = drawn.top_k
        return body


def _teacher(way: str, prompt: str) -> dict[str, Any]:
    """A request for the probabilities of a prompt's tokens.

    One token must be generated: some servers refuse to generate none. At temperature 1, so that
    a server that gives probabilities after its sampling options gives the model's own.
    """
    body: dict[str, Any] = {"prompt": prompt, "max_tokens": 1, "temperature": 1, "top_p": 1}
    if way == "echo":
        return {**body, "echo": True, "logprobs": 1}
    return {**body, "prompt_logprobs": 1, "return_token_ids": True}


def _continuation(prefix: str, secret: str) -> dict[str, Any]:
    """A request for as many tokens as the secret can have: none is shorter than a byte."""
    length = len(secret.encode("utf-8", "surrogatepass"))
    return {"prompt": prefix, "max_tokens": length, "top_p": 1}


def _told(way: str, answer: dict[str, Any], prefix: str, secret: str, name: str) -> Reading:
    tokens = from_echo(answer, prefix + secret) if way == "echo" else from_prompt_logprobs(answer)
    return read(tokens, prefix, secret, name)


def _texts(answer: dict[str, Any] | EvaluationError) -> list[dict[str, Any]]:
    if isinstance(answer, EvaluationError):
        raise answer
    choice(answer)
    return [entry for entry in answer["choices"] if isinstance(entry, dict)]


def _begins_with(found: dict[str, Any], secret: str) -> bool:
    """Whether a generated text begins with the secret.

    Raises:
        EvaluationError: it was withheld, or cut short where it could still become the secret.
    """
    text, reason = found.get("text"), found.get("finish_reason")
    if not isinstance(text, str):
        raise EvaluationError("the server's answer holds no text")
    if text.startswith(secret):
        return True
    if reason == "content_filter":
        raise EvaluationError("the server withheld its answer; that says nothing of the model")
    if reason == "length" and secret.startswith(text):
        raise EvaluationError("the server's answer ends within the secret")
    return False
