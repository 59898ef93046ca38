"""unleak demo: the whole loop on the embedded model."""

import json
import shutil
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from unleak.commands.screen import err, out
from unleak.core.errors import EvaluationError, ExitCode
from unleak.core.files import write_file
from unleak.core.finding import redact
from unleak.core.formats import preview
from unleak.core.keys import home, load_key
from unleak.core.states import LeakState, Origin, Verdict
from unleak.ledger.ledger import Ledger

# One leak of each of these kinds is erased.
_KINDS = ("github-token", "aws-secret-key", "stripe-key", "password", "email")
_TRIES = 40  # sampled completions looked through for an invented secret
_STRANGER = '# settings of a service that no training file mentions\nGITHUB_TOKEN = "ghp_'


def demo(
    as_json: Annotated[bool, typer.Option("--json", help="Only JSON, on standard output.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where models and reports go; emptied first.")
    ] = None,
    verify: Annotated[str, typer.Option(help="standard or full")] = "standard",
) -> None:
    """Show the whole loop: leak, confirm, erase, attack, gate."""
    place = folder or home() / "demo"
    if folder is None and place.exists():
        shutil.rmtree(place)
    console = Console(quiet=True) if as_json else out
    result = _Story(place, console, as_json, verify).tell()
    if as_json:
        print(json.dumps(result, indent=2))
    if result["verdict"] != "erased":
        raise typer.Exit(ExitCode.LEAK)


class _Story:
    """The demo's steps, in order; each prints and returns what it found."""

    def __init__(self, place: Path, console: Console, quiet: bool, depth: str) -> None:
        self.place, self.console, self.quiet, self.depth = place, console, quiet, depth
        self.ledger = Ledger(place / "ledger.db", load_key())
        self.started = time.monotonic()

    def tell(self) -> dict[str, Any]:
        from unleak.ci.gate import run
        from unleak.ci.reports import json_file
        from unleak.models.load import load
        from unleak.probe.local import LocalProber
        from unleak.probe.measure import Measurement, measure
        from unleak.probe.suite import Case, read, write

        self._say("loading the embedded model")
        model = load("demo")
        self.ledger.add_model(model.digest, "demo")
        planted = read("demo", self.ledger.key)
        known = [
            case
            for case, m in zip(planted, measure(model, planted), strict=True)
            # A prefix that ends inside a token is completed from another token than the secret's.
            if isinstance(m, Measurement) and m.verbatim and not m.straddles
        ]
        chosen = [next((c for c in known if c.kind == kind), None) for kind in _KINDS]
        cases = [case for case in chosen if case is not None]
        if len(cases) < len(_KINDS):
            raise EvaluationError(
                "the embedded model does not know its planted secrets; reinstall unleak"
            )
        suite = self.place / "suite.jsonl"

        self._title(1, "A completion that leaks")
        leak, first = self._complete(model, cases[0])
        self._title(2, "Did the model memorise it?")
        verdicts = self._confirm(model, leak, cases[0])
        self._title(3, "The gate, before")
        leaks = [self._import(model, case) for case in cases]
        suited = [
            Case(id, c.prefix, c.secret, c.suffix) for id, c in zip(leaks, cases, strict=True)
        ]
        write(suite, suited, self.ledger.key)
        fingerprinter = self.ledger.fingerprinter
        before = run(LocalProber(model), suited, fingerprinter=fingerprinter)
        json_file.write(before, self.place / "gate-before")
        self._gate(before)
        self._title(4, "Erase, and attack what was written")
        others = [case for case in known if case not in cases]
        del model
        erasure = self._erase(suited, others)
        self._title(5, "The same completion again, and the gate, after")
        new_model = self.place / "model"
        if erasure.certificate is None:
            return {"schema": "unleak.demo/1", "verdict": "failed", "erasure": erasure.report}
        model = load(str(new_model))
        again = self._again(model, cases[0])
        after = run(LocalProber(model), suited, fingerprinter=fingerprinter)
        json_file.write(after, self.place / "gate-after")
        self._gate(after)
        self._end(new_model)
        passed = erasure.erased and not after.failed
        return {
            "schema": "unleak.demo/1",
            "verdict": "erased" if passed else "failed",
            "seconds": round(time.monotonic() - self.started, 1),
            "completion": {"masked": first, "leak": leak},
            "confirm": verdicts,
            "gate_before": before.as_json(),
            "erasure": erasure.report,
            "completion_after": again,
            "gate_after": after.as_json(),
            "files": {
                "model": str(new_model),
                "certificate": str(new_model / "unleak-certificate.json"),
                "erasure": str(self.place / "erasure.json"),
                "gate_before": str(self.place / "gate-before" / "gate.json"),
                "gate_after": str(self.place / "gate-after" / "gate.json"),
                "suite": str(suite),
            },
        }

    def _say(self, text: str) -> None:
        if not self.quiet and err.is_terminal:
            err.print(f"[dim]{text} …[/]")

    def _title(self, number: int, text: str) -> None:
        self.console.print(f"\n[bold]{number}. {text}[/]")

    def _code(self, prefix: str, completion: str) -> None:
        shown = Text("\n".join(prefix.split("\n")[-3:]))
        shown.append("\n".join(completion.split("\n")[:2]), style="bold")
        for line in shown.split("\n"):
            self.console.print(Text("   ") + line, soft_wrap=True)

    def _complete(self, model: Any, case: Any) -> tuple[str, str]:
        from unleak.commands.complete import in_completion
        from unleak.models.complete import complete

        answer = complete(model, case.prefix, tokens=48)
        found = in_completion(self.ledger.fingerprinter, case.prefix, answer)
        if not found:
            raise EvaluationError("the planted secret was not flagged in the completion")
        masked = redact(case.prefix + answer, found)[len(case.prefix) :]
        self._code(case.prefix, masked)
        finding = found[0]
        seen = self.ledger.sight(
            finding.secret,
            (case.prefix + answer)[: finding.start],
            rule=finding.rule,
            model=model.digest,
            origin=Origin.COMPLETION,
        )
        self.console.print(
            f"   [red]flagged[/] {finding.kind} {preview(finding.secret.reveal())}, leak {seen.id}"
        )
        return seen.id, masked

    def _confirm(self, model: Any, leak: str, case: Any) -> list[dict[str, Any]]:
        from unleak.commands.confirm import lines
        from unleak.probe.confirm import confirm
        from unleak.probe.suite import Case

        prefix, secret = self.ledger.reveal(leak)
        evidence = confirm(model, Case(leak, prefix, secret), own_completion=True)
        self.ledger.add_evidence(leak, model.digest, evidence.as_json())
        if evidence.verdict == Verdict.MEMORISED:
            self.ledger.move(leak, LeakState.CONFIRMED)
        found = [("the completion above", case.kind, evidence)]
        # The same secret already stands in the file: repeating it proves nothing.
        echo = confirm(model, Case("echo", f'{prefix}{secret.reveal()}"\n\n{prefix}', secret))
        found.append(("a file that already holds it", case.kind, echo))
        invented = self._invented(model)
        if invented is not None:
            found.append(("a file no one ever wrote", *invented))
        for where, kind, evidence in found:
            self.console.print(f"   [dim]{where}[/]")
            for line in lines("", kind, evidence.as_json()):
                self.console.print(f"   {line.replace(' :', ':')}")
        return [{"where": where, "kind": kind, **e.as_json()} for where, kind, e in found]

    def _invented(self, model: Any) -> tuple[str, Any] | None:
        """The first sampled completion of a new file that holds a made-up token."""
        from unleak.commands.complete import in_completion
        from unleak.models.complete import complete
        from unleak.probe.confirm import confirm
        from unleak.probe.suite import Case

        for seed in range(_TRIES):
            answer = complete(model, _STRANGER, tokens=48, temperature=1.0, seed=seed)
            for finding in in_completion(self.ledger.fingerprinter, _STRANGER, answer):
                if finding.start > len(_STRANGER):
                    continue
                prefix = _STRANGER[: finding.start]
                case = Case("stranger", prefix, finding.secret)
                evidence = confirm(model, case, own_completion=True)
                if evidence.verdict == Verdict.INVENTED:
                    return finding.kind, evidence
        return None

    def _import(self, model: Any, case: Any) -> str:
        """The ledger's id of a case; a leak that was seen before keeps its own."""
        leak = self.ledger.sight(
            case.secret, case.prefix, rule="suite", model=model.digest, origin=Origin.IMPORT
        )
        if leak.state == LeakState.FLAGGED:
            self.ledger.move(leak.id, LeakState.CONFIRMED)
        return leak.id

    def _gate(self, gate: Any) -> None:
        from unleak.ci.reports import terminal

        terminal.show(gate, self.console)

    def _erase(self, cases: list[Any], others: list[Any]) -> Any:
        from unleak.commands.erase import show_report
        from unleak.commands.screen import progress
        from unleak.commands.verify import attack_line
        from unleak.erase.erasure import erase

        ids = [case.id for case in cases]
        for id in ids:
            self.ledger.move(id, LeakState.QUEUED, LeakState.ERASING)
        with progress(self.quiet) as show:
            done = erase(
                "demo",
                cases,
                self.place / "model",
                depth=self.depth,
                others=others,
                progress=show,
                attacked=lambda name, found: show.line(attack_line(name, found)),
            )
        for entry in done.report["secrets"]:
            good = entry["verdict"] == "erased"
            state = LeakState.ERASED if good else LeakState.FAILED
            self.ledger.move(entry["id"], LeakState.VERIFYING, state)
        write_file(self.place / "erasure.json", json.dumps(done.report, indent=2) + "\n")
        if not self.quiet:
            show_report(done.report)
        return done

    def _again(self, model: Any, case: Any) -> dict[str, Any]:
        from unleak.commands.complete import in_completion
        from unleak.models.complete import complete

        answer = complete(model, case.prefix, tokens=48)
        found = in_completion(self.ledger.fingerprinter, case.prefix, answer)
        masked = redact(case.prefix + answer, found)[len(case.prefix) :]
        self._code(case.prefix, masked)
        leaked = case.secret.reveal() in answer
        same = "[red]the secret is still there[/]" if leaked else "[green]not the secret[/]"
        made_up = f"; it made up another {found[0].kind}" if found and not leaked else ""
        self.console.print(f"   {same}{made_up}")
        return {"masked": masked, "holds_the_secret": leaked}

    def _end(self, new_model: Path) -> None:
        say = self.console.print
        say("\n[bold]What lies where[/]")
        say(f"   new model    {new_model}", soft_wrap=True)
        say(f"   certificate  {new_model / 'unleak-certificate.json'}", soft_wrap=True)
        say(f"   reports      {self.place}", soft_wrap=True)
        say("\n[bold]On your own model[/]")
        say("   unleak suite build --from-text TRAINING-DATA --out leaks.jsonl")
        say("   unleak gate --model MODEL --suite leaks.jsonl")
        say("   unleak erase --suite leaks.jsonl --model MODEL --out NEW-MODEL")
        say(f"\n{time.monotonic() - self.started:.0f} s")
