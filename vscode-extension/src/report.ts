// A report of the server's in an editor tab: no scripts, no network, the theme's colours.

import * as vscode from "vscode";
import type { Server } from "./server";

type About = { leak: string } | { job: string };

export async function showReport(context: vscode.ExtensionContext, server: Server, about: About, title: string): Promise<void> {
  const { html } = await server.ask("unleak.report", about);
  const media = vscode.Uri.joinPath(context.extensionUri, "media");
  const panel = vscode.window.createWebviewPanel("unleak.report", title, vscode.ViewColumn.Active, {
    enableScripts: false,
    enableFindWidget: true,
    localResourceRoots: [media],
  });
  panel.iconPath = vscode.Uri.joinPath(media, "view.svg");
  const sheet = panel.webview.asWebviewUri(vscode.Uri.joinPath(media, "report.css")).toString();
  // The server's page, with this sheet in the place of its own: only the extension's files are let in.
  panel.webview.html = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${panel.webview.cspSource}; img-src data:">
<link rel="stylesheet" href="${sheet}">
</head>
<body>${/<body[^>]*>([\s\S]*)<\/body>/i.exec(html)?.[1] ?? html}</body>
</html>`;
}
