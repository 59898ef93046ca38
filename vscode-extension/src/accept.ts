// Accept tracking: the editor's own command, then the server hears that the last change was an accepted completion.

import * as vscode from "vscode";
import type { Server } from "./server";

const COMMANDS = { accept: "commit", acceptWord: "acceptNextWord", acceptLine: "acceptNextLine" };

export function acceptTracking(server: Server): vscode.Disposable[] {
  return Object.entries(COMMANDS).map(([ours, editors]) =>
    vscode.commands.registerCommand(`unleak.${ours}`, async () => {
      const document = vscode.window.activeTextEditor?.document;
      const before = document?.version;
      await vscode.commands.executeCommand(`editor.action.inlineSuggest.${editors}`);
      if (document && document.version !== before && server.running) {
        await server.ask("unleak.accepted", { uri: document.uri.toString(), version: document.version });
      }
    }),
  );
}
