// A report of the server's in an editor tab: no scripts, no network, the theme's colours.

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { Server } from "./server";

type About = { leak: string } | { job: string };

export async function showReport(context: vscode.ExtensionContext, server: Server, about: About, title: string): Promise<void> {
  const { html } = await server.ask("unleak.report", about);
  const panel = vscode.window.createWebviewPanel("unleak.report", title, vscode.ViewColumn.Active, {
    enableScripts: false,
    enableFindWidget: true,
    localResourceRoots: [],
  });
  panel.iconPath = vscode.Uri.joinPath(context.extensionUri, "media", "view.svg");
  // The page's own style sheet, and nothing else: no other style, no image, no address.
  const nonce = randomBytes(16).toString("base64");
  const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'">`;
  panel.webview.html = html.replace("<head>", `<head>${policy}`).replaceAll("<style>", `<style nonce="${nonce}">`);
}
