"""What writes completions, and which one the settings name."""

from dataclasses import dataclass
from typing import Protocol

from unleak.core.errors import UsageError
from unleak.lsp.settings import Settings


@dataclass(frozen=True, slots=True, repr=False)
class Proposal:
    """A completion as the model wrote it; `logprob` is the mean of its tokens', if known."""

    text: str
    logprob: float | None = None


class Backend(Protocol):
    """One source of completions."""

    model: str  # its name for the engine

    async def complete(self, prefix: str, suffix: str, tokens: int) -> Proposal:
        """What stands between two texts.

        Raises:
            UnleakError: it cannot be had; says why.
        """
        ...

    async def close(self) -> None:
        """Let go of it."""
        ...


def backend_of(settings: Settings) -> Backend | None:
    """The backend that the settings name; None for none.

    Raises:
        UsageError: something is missing for it.
    """
    name = settings["completion.backend"]
    if name == "off":
        return None
    if name == "embedded":
        from unleak.lsp.completion.embedded import Embedded

        return Embedded(settings["completion.model"])
    from unleak.lsp.completion.served import Served

    url = settings["completion.url"]
    if not url:
        raise UsageError(f"unleak.completion.url: {name} needs the address of its server")
    return Served(name, url, settings["completion.model"])
