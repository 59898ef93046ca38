"""The columns of a table of cases; each report chooses which."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from unleak.ci.reports.wording import NOT_MEASURED, tries

if TYPE_CHECKING:
    from unleak.ci.gate import Gate
    from unleak.ci.result import CaseResult


def table(
    gate: "Gate", results: "Sequence[CaseResult]", names: Sequence[str], always: Collection[str]
) -> tuple[list[str], list[list[str]]]:
    """Column names and rows; a column in which nothing stands is left out unless `always`."""
    rows = [cells(gate, result) for result in results]
    kept = [name for name in names if name in always or any(row[name] for row in rows)]
    return kept, [[row[name] for name in kept] for row in rows]


def cells(gate: "Gate", result: "CaseResult") -> dict[str, str]:
    """What stands in each column; nothing where a test was not part of the run."""
    case, m = result.case, result.measured
    el, sampled, fim = (m.el, m.sampled, m.fim) if m else (None, None, None)
    return {
        "case": case.id,
        "kind": case.kind,
        "fingerprint": case.secret.fingerprint,
        "status": result.status,
        "change": result.change or "",
        "verbatim": "" if m is None else "yes" if m.verbatim else "no",
        "MA": "" if m is None else NOT_MEASURED if m.ma is None else f"{m.ma:.2f}",
        "tries": "" if m is None else tries(m),
        "EL": ", ".join(f"{n}: {share:.2f}" for n, share in sorted(el.items())) if el else "",
        "sampled": f"{sampled.hits} of {sampled.samples:,}" if sampled else "",
        "fim": "" if fim is None else "verbatim" if fim.verbatim else tries(fim),
        "exposure": "" if result.exposure_bits is None else f"{result.exposure_bits:.1f} bits",
        "copies": f"{case.copies:,}" if case.copies > 1 else "",
        "stops": "yes" if gate.stops(result) else "no",
    }
