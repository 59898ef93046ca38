"""Servers to talk to. Whatever a test does, none may show the canary."""

import os
import sys
from pathlib import Path

from editing.client import Client

CANARY = "ghp_q8Zt3LmW5vXc7RbN2kYd9JfH4sGpA6eTu1Qi"
WITH_ENGINE = [sys.executable, str(Path(__file__).with_name("engine.py"))]
REAL = [sys.executable, "-m", "unleak.cli", "lsp"]
PUSH = {
    "textDocument": {
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True},
        "codeAction": {"dataSupport": True, "resolveSupport": {"properties": ["edit"]}},
    },
    "workspace": {"workspaceEdit": {"documentChanges": True}, "applyEdit": True},
}
PULL = {
    "textDocument": {**PUSH["textDocument"], "diagnostic": {}},
    "workspace": {**PUSH["workspace"], "diagnostics": {"refreshSupport": True}},
}


class Servers:
    """Starts servers, and ends them all."""

    def __init__(self, home):
        self.home = home
        self.clients = []

    def start(self, capabilities=PUSH, command=WITH_ENGINE, env=None, **more):
        base = {k: v for k, v in os.environ.items() if not k.startswith("UNLEAK_")}
        client = Client(command, {**base, "UNLEAK_HOME": str(self.home), **(env or {})})
        self.clients.append(client)
        client.server = client.initialize(capabilities, **more)
        return client

    def end(self):
        for client in self.clients:
            code = client.close()
            assert code == 0, client.errors.decode()
            for said in (client.traffic, client.errors):
                assert CANARY.encode() not in said
                assert CANARY[4:].encode() not in said
