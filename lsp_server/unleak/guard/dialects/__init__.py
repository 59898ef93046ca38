"""The wire formats of completions, one a file."""

from unleak.guard.dialects.dialect import Dialect, Json
from unleak.guard.dialects.llamacpp import LlamaCpp
from unleak.guard.dialects.mistral_fim import MistralFim
from unleak.guard.dialects.ollama_chat import OllamaChat
from unleak.guard.dialects.ollama_generate import OllamaGenerate
from unleak.guard.dialects.openai_chat import OpenAIChat
from unleak.guard.dialects.openai_completions import OpenAICompletions
from unleak.guard.dialects.tabby import Tabby
from unleak.guard.dialects.tgi import Tgi

# In the order in which they are asked: Tabby shares its path with OpenAI.
DIALECTS: tuple[Dialect, ...] = (
    Tabby(), OpenAICompletions(), OpenAIChat(), MistralFim(), OllamaGenerate(), OllamaChat(),
    LlamaCpp(), Tgi(),
)  # fmt: skip


def spoken(path: str, body: Json) -> Dialect | None:
    """The format of a request, by its path (without a query) and its body."""
    return next((dialect for dialect in DIALECTS if dialect.speaks(path, body)), None)


def named(name: str) -> Dialect:
    """The format of a name.

    Raises:
        KeyError: there is none.
    """
    return {dialect.name: dialect for dialect in DIALECTS}[name]
