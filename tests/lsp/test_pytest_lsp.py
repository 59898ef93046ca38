"""The same server through pytest-lsp's client, with the capabilities of known editors."""

import sys

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities
from servers import CANARY, WITH_ENGINE

URI = "file:///work/p.py"


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[sys.executable, WITH_ENGINE[1]]))
async def editor(lsp_client: LanguageClient, home):
    @lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def registered(params: types.RegistrationParams) -> None:
        """It leaves this out."""

    capabilities = client_capabilities("visual-studio-code")
    # its newest capabilities are from 2022
    capabilities.text_document.inline_completion = types.InlineCompletionClientCapabilities()
    await lsp_client.initialize_session(
        types.InitializeParams(capabilities=capabilities, root_uri=None)
    )
    yield lsp_client
    await lsp_client.shutdown_session()


@pytest.mark.asyncio
async def test_an_editor_opens_sees_and_fixes(editor: LanguageClient):
    item = types.TextDocumentItem(URI, "python", 1, f'key = "{CANARY}"\n')
    editor.text_document_did_open(types.DidOpenTextDocumentParams(item))
    await editor.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    [found] = editor.diagnostics[URI]
    assert found.code == "github-token"
    assert found.code_description.href
    document = types.TextDocumentIdentifier(URI)
    hover = await editor.text_document_hover_async(
        types.HoverParams(document, types.Position(0, 10))
    )
    assert "github-token" in hover.contents.value
    actions = await editor.text_document_code_action_async(
        types.CodeActionParams(document, found.range, types.CodeActionContext([found]))
    )
    fix = next(action for action in actions if "environment variable" in action.title)
    fix = await editor.code_action_resolve_async(fix)
    [change] = fix.edit.document_changes
    assert {edit.new_text for edit in change.edits} == {
        'os.environ["GITHUB_TOKEN"]', "import os\n",
    }  # fmt: skip
