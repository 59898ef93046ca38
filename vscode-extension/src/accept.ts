// Accept tracking: the editor's own command, then the server hears which change was an accepted completion.

import * as vscode from "vscode";
import type { Server } from "./server";

const COMMANDS = { accept: "commit", acceptWord: "acceptNextWord", acceptLine: "acceptNextLine" };

export function acceptTracking(server: Server): vscode.Disposable[] {
  return Object.entries(COMMANDS).map(([ours, editors]) =>
    vscode.commands.registerCommand(`unleak.${ours}`, async () => {
      const uri = vscode.window.activeTextEditor?.document.uri.toString();
      let accepted: { version: number; text?: string } | undefined;
      const listening = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const [change, ...others] = contentChanges;
        if (document.uri.toString() !== uri || !change) return;
        accepted = { version: document.version, ...(others.length === 0 && { text: change.text }) };
      });
      try {
        await vscode.commands.executeCommand(`editor.action.inlineSuggest.${editors}`);
      } finally {
        listening.dispose();
      }
      if (uri && accepted && server.running) await server.ask("unleak.accepted", { uri, ...accepted });
    }),
  );
}
