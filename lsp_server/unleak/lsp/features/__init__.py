"""The LSP features, one a file; a feature that cannot be made is left out, and logged."""

from collections.abc import Callable
from typing import Any

from unleak.lsp.features.feature import Feature


def all_features() -> dict[str, Callable[[Any], Feature]]:
    """Every feature by its name, in the order in which hooks are called."""
    from unleak.lsp.features.accepted import Accepted
    from unleak.lsp.features.allow import Allow
    from unleak.lsp.features.code_actions import CodeActions
    from unleak.lsp.features.code_lens import CodeLens
    from unleak.lsp.features.configuration import Configuration
    from unleak.lsp.features.diagnostics import Diagnostics
    from unleak.lsp.features.hover import Hover
    from unleak.lsp.features.inline_completion import InlineCompletion
    from unleak.lsp.features.jobs import Jobs
    from unleak.lsp.features.large_documents import LargeDocuments
    from unleak.lsp.features.leaks import Leaks
    from unleak.lsp.features.report import Report
    from unleak.lsp.features.status import Status
    from unleak.lsp.features.warm_up import WarmUp
    from unleak.lsp.features.workspace_diagnostics import WorkspaceDiagnostics

    return {
        "diagnostics": Diagnostics,
        "workspace_diagnostics": WorkspaceDiagnostics,
        "large_documents": LargeDocuments,
        "hover": Hover,
        "code_actions": CodeActions,
        "code_lens": CodeLens,
        "inline_completion": InlineCompletion,
        "accepted": Accepted,
        "allow": Allow,
        "leaks": Leaks,
        "jobs": Jobs,
        "report": Report,
        "status": Status,
        "configuration": Configuration,
        "warm_up": WarmUp,
    }
