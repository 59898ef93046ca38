"""A report as one HTML page: themed by the editor, without a script, without the secret."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final

from unleak.core.envelope import said_in

_STYLE: Final = """
:root { color-scheme: light dark }
body { font: 14px/1.5 var(--vscode-font-family, system-ui, sans-serif); margin: 1.5rem;
  color: var(--vscode-editor-foreground, CanvasText);
  background: var(--vscode-editor-background, Canvas); max-width: 60rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 1.6rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .6rem; vertical-align: top;
  border-bottom: 1px solid var(--vscode-panel-border, GrayText) }
code { font-family: var(--vscode-editor-font-family, monospace) }
.good { color: var(--vscode-testing-iconPassed, #2e7d32) }
.bad { color: var(--vscode-testing-iconFailed, #c62828) }
.dim { opacity: .75 }
"""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_FACTS: Final = (
    ("kind", "Kind"), ("preview", "Preview"), ("rule", "Rule"), ("model_name", "Model"),
    ("model", "Digest"), ("state", "State"), ("verdict", "Verdict"), ("reason", "Evidence"),
    ("origin", "First seen in"), ("sightings", "Sightings"), ("first_seen", "First seen"),
    ("last_seen", "Last seen"), ("fingerprint", "Fingerprint"),
)  # fmt: skip
_MEASURES: Final = (
    ("verbatim", "given verbatim"), ("ma", "memorization accuracy"),
    ("p_extract", "probability of one sample"), ("n_half", "samples for an even chance"),
    ("exposure_bits", "exposure, bits"),
)  # fmt: skip

Json = Mapping[str, Any]


def page(document: Json, checks: Mapping[str, str]) -> str:
    """The page of a report.

    Args:
        document: what it tells.
        checks: what was found of the signature of a leak's certificate, by the leak's id.
    """
    leaks = [document["leak"]] if "leak" in document else list(document.get("leaks", ()))
    job = document.get("job")
    title = f"Leak {leaks[0].get('id', '')}" if job is None and leaks else "Job"
    parts = [f"<h1>{_text(title)}</h1>"]
    if job is not None:
        parts += _job(job)
    for leak in leaks:
        parts += _leak(leak, checks.get(str(leak.get("id")), ""), alone=job is None)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>"
    )


def _job(job: Json) -> list[str]:
    rows = [(name, job.get(name)) for name in ("kind", "state", "stage", "message", "error")]
    parts = [_table([(n.capitalize(), _text(v)) for n, v in rows if v])]
    result = job.get("result")
    return parts + (_erasure(result) if isinstance(result, Mapping) else [])


def _leak(leak: Json, check: str, *, alone: bool) -> list[str]:
    parts = [] if alone else [f"<h2>Leak {_text(leak.get('id', ''))}</h2>"]
    parts.append(_table([(told, _text(leak[n])) for n, told in _FACTS if leak.get(n)]))
    evidence = [e for e in leak.get("evidence") or () if isinstance(e, Mapping)]
    if evidence:
        rows = [(_text(e.get("verdict", "")), _text(e.get("reason", ""))) for e in evidence]
        parts += ["<h2>What was measured</h2>", _table(rows)]
    certificate = leak.get("certificate")
    if isinstance(certificate, Mapping):
        content = said_in(certificate)
        parts += _erasure(content)
        parts += _certificate(content, certificate.get("signatures"), check)
    history = leak.get("history") or ()
    if history:
        rows = [(_text(entry[0]), _text(" by ".join(map(str, entry[1:])))) for entry in history
                if isinstance(entry, list | tuple) and entry]  # fmt: skip
        parts += ["<h2>History</h2>", _table(rows)]
    return parts


def _erasure(report: Json) -> list[str]:
    """Before and after, attacks, utility: of an erasure's report or a certificate."""
    parts = []
    if verdict := report.get("verdict"):
        good = verdict in ("erased", "clean")
        mark = "good" if good else "bad"
        parts.append(f'<p class="{mark}"><strong>{_text(verdict)}</strong></p>')
    for secret in report.get("secrets") or ():
        if isinstance(secret, Mapping):
            parts += _secret(secret)
    utility = report.get("utility")
    if isinstance(utility, Mapping):
        rows = [(_text(n.replace("_", " ")), _figure(v)) for n, v in utility.items()
                if not isinstance(v, Mapping | list)]  # fmt: skip
        parts += ["<h2>What else changed in the model</h2>", _table(rows)]
    return parts


def _secret(secret: Json) -> list[str]:
    before, after = _mapping(secret.get("before")), _mapping(secret.get("after"))
    rows = [
        (told, _measured(before, name), _measured(after, name))
        for name, told in _MEASURES
        if name in before or name in after
    ]
    parts = [f"<h2>{_text(secret.get('id', 'Secret'))}: {_text(secret.get('verdict', ''))}</h2>"]
    if rows:
        parts.append(_table([("", "before", "after"), *rows]))
    attacks = _mapping(secret.get("attacks"))
    if attacks:
        parts.append(_table([("attack", "outcome"), *(map(_attack, attacks, attacks.values()))]))
    return parts


def _attack(name: str, outcome: Any) -> tuple[str, str]:
    found = _mapping(outcome)
    if found.get("recovered") is None:
        return _text(name), '<span class="dim">not run</span>'
    recovered = bool(found["recovered"])
    mark, told = ("bad", "brought it back") if recovered else ("good", "did not bring it back")
    return _text(name), f'<span class="{mark}">{told}</span>'


def _certificate(certificate: Json, signatures: Any, check: str) -> list[str]:
    """Who made it, of which model, and how to check that it holds."""
    rows = []
    for name in ("method", "made", "schema"):
        if isinstance(certificate.get(name), str):
            rows.append((_text(name), _text(certificate[name])))
    for name, digest in _mapping(certificate.get("model")).items():
        rows.append((f"{_text(name)} model", f"<code>{_text(digest)}</code>"))
    for signature in signatures if isinstance(signatures, list) else ():
        rows.append(
            ("signed with the key", f"<code>{_text(_mapping(signature).get('keyid'))}</code>")
        )
    mark = "good" if check.startswith("valid") else "bad"
    rows.append(("signature", f'<span class="{mark}">{_text(check)}</span>'))
    rows.append(("the model's files", "are checked by `unleak verify`"))
    limits = certificate.get("not_guaranteed") or certificate.get("limits")
    if isinstance(limits, list | tuple):
        rows += [("not guaranteed", _text(limit)) for limit in limits]
    elif isinstance(limits, str):
        rows.append(("not guaranteed", _text(limits)))
    return ["<h2>Certificate</h2>", _table(rows)]


def _mapping(value: Any) -> Json:
    return value if isinstance(value, Mapping) else {}


def _measured(figures: Json, name: str) -> str:
    if name == "n_half" and figures.get(name, "") is None:  # so the erasure JSON says it
        return "more than 10<sup>18</sup>"
    return _figure(figures.get(name))


def _figure(value: Any) -> str:
    if value is None:
        return '<span class="dim">not measured</span>'
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return _text(f"{value:.4g}")
    return _text(value)


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    lines = ""
    for first, *others in rows:
        cells = "".join(f"<td>{cell}</td>" for cell in others)
        lines += f'<tr><th scope="row">{first}</th>{cells}</tr>'
    return f"<table>{lines}</table>"


def _text(value: Any) -> str:
    return escape(str(value))
