"""The client's settings, section `unleak`: what they may be, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

BACKENDS: Final = ("off", "embedded", "openai", "ollama", "llamacpp", "tabby")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its default, and what it may be."""

    default: Any
    what: str
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None


SETTINGS: Final[Mapping[str, Setting]] = {
    "completion.backend": Setting("off", "who writes completions", BACKENDS),
    "completion.url": Setting("", "address of the completion server"),
    "completion.model": Setting("", "its name for the model; for embedded, an exported folder"),
    "completion.onSecret": Setting(
        "mask", "what happens to a secret in a completion", ("mask", "withhold", "mark")
    ),
    "completion.debounce": Setting(150, "milliseconds of rest before a request", (), 0, 5_000),
    "completion.maxTokens": Setting(64, "tokens of a completion", (), 1, 1_024),
    "diagnostics.enable": Setting(True, "whether findings are shown"),
    "diagnostics.minimum": Setting("redact", "from which score on", ("alert", "redact")),
    "codeLens.enable": Setting(False, "whether a line above a finding offers actions"),
    "scan.maxFileSize": Setting(
        1_000_000, "characters; longer documents are scanned lazily", (), 1_000, 100_000_000
    ),
    "engine.url": Setting("", "address of the engine; empty for this machine's own"),
    "engine.token": Setting("", "the token for it"),
    "models": Setting({}, "folders of models by the names servers give them"),
    "trace.server": Setting("off", "the client's own", ("off", "messages", "verbose")),
}


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """Settings by name; those that nobody set have their defaults.

    problems: a line for each that is unknown or cannot be used. No values: one may be a token.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name, SETTINGS[name].default)


def read(section: object) -> Settings:
    """Settings from what a client gives, nested or with dots in its names."""
    if section is None:
        return Settings()
    if not isinstance(section, Mapping):
        return Settings(problems=("unleak: the settings must be an object",))
    if set(section) == {"unleak"} and isinstance(section["unleak"], Mapping):
        section = section["unleak"]
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in _flat(section):
        setting = SETTINGS.get(name)
        if setting is None:
            close = get_close_matches(name, SETTINGS, n=1)
            meant = f" (did you mean unleak.{close[0]}?)" if close else ""
            problems.append(f"unleak.{name}: unknown setting{meant}")
        elif value is None:
            continue  # a client's way to say that it is not set
        elif expected := _wrong(setting, value):
            problems.append(f"unleak.{name} must be {expected}; its default is used")
        else:
            values[name] = value
    return Settings(values, tuple(problems))


def _flat(section: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    found = []
    for name, value in section.items():
        full = f"{before}{name}"
        group = any(known.startswith(f"{full}.") for known in SETTINGS)
        if isinstance(value, Mapping) and group and full not in SETTINGS:
            found += _flat(value, f"{full}.")
        else:
            found.append((full, value))
    return found


def _wrong(setting: Setting, value: Any) -> str:
    """What a value should have been; "" if it is."""
    if isinstance(setting.default, bool):
        return "" if isinstance(value, bool) else "true or false"
    if isinstance(setting.default, int):
        fits = isinstance(value, int) and not isinstance(value, bool)
        inside = fits and (setting.least or 0) <= value <= (setting.most or value)
        return "" if inside else f"a whole number from {setting.least} to {setting.most}"
    if isinstance(setting.default, dict):
        fits = isinstance(value, Mapping) and all(isinstance(v, str) for v in value.values())
        return "" if fits else "an object of texts"
    if setting.choices:
        return "" if value in setting.choices else f"one of {', '.join(setting.choices)}"
    return "" if isinstance(value, str) else "a text"
