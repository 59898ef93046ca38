// What starts when, and what each command does. All policy is the server's.

import * as vscode from "vscode";
import { acceptTracking } from "./accept";
import { Leaks, StatusItems } from "./leaks";
import { findPython, install, Problem } from "./python";
import { showReport } from "./report";
import { Server, type Leak } from "./server";
import { confirm, dismiss, erase, gate } from "./work";

/** For tests: settled when the first attempt to start the server is over. */
export interface Api {
  ready: Promise<void>;
  server: Server;
}

export function activate(context: vscode.ExtensionContext): Api {
  const status = new StatusItems();
  const leaksOf = async ({ leaks }: { leaks: string[] }): Promise<Leak[]> =>
    (await server.ask("unleak.leaks", {})).filter(({ id }) => leaks.includes(id));
  // The server's own commands, as code actions name them, where they need a question or progress.
  const server: Server = new Server(context, {
    "unleak.erase": async (argument) => erase(server, await leaksOf(argument as { leaks: string[] })),
    "unleak.confirm": async (argument) => confirm(server, argument as object),
    "unleak.report": async (argument) => showReport(context, server, argument as { leak: string }, vscode.l10n.t("Leak")),
  });
  const tree = new Leaks(server);

  let told = "";
  const failed = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    setState(error instanceof Problem ? "missing" : "failed");
    server.output.error(message);
    bad(message, error instanceof Problem ? error : undefined);
  };
  /** Each trouble is told once, with what can be done about it. */
  const bad = (message: string, problem?: Problem): void => {
    status.show({ state: "error", message, flagged: 0 });
    if (message !== told) void offerRepair(message, problem);
    told = message;
  };
  const start = async (): Promise<void> => {
    setState("starting");
    status.show({ state: "working", message: vscode.l10n.t("starting"), flagged: 0 });
    try {
      await server.start();
      setState("ready");
      status.show({ state: "ready", message: "", flagged: 0 });
      tree.changed.fire();
      told = "";
    } catch (error) {
      failed(error);
    }
  };
  const repair = async (): Promise<void> => {
    told = "";
    try {
      await findPython(context);
    } catch (error) {
      if (!(error instanceof Problem && error.python)) return start();
      try {
        await install(context, error.python);
      } catch (failure) {
        failed(failure);
        return;
      }
    }
    await start();
  };

  const commands: Record<string, (...args: unknown[]) => unknown> = {
    "unleak.eraseLeaks": (row, rows) => erase(server, tree.chosen(row, rows)),
    "unleak.confirmLeaks": async (row, rows) => {
      for (const { id } of tree.chosen(row, rows)) await confirm(server, { leak: id });
    },
    "unleak.dismissLeaks": (row, rows) => dismiss(server, tree.chosen(row, rows)),
    "unleak.showReport": async (row) => {
      const leak = tree.chosen(row)[0];
      if (leak) await showReport(context, server, { leak: leak.id }, `${leak.kind} ${leak.preview}`);
    },
    "unleak.openReport": (job, title) => showReport(context, server, { job: job as string }, title as string),
    "unleak.runGate": () => gate(server),
    "unleak.refreshLeaks": () => { tree.changed.fire(); },
    "unleak.restart": start,
    "unleak.install": repair,
    "unleak.showOutput": () => { server.output.show(); },
    "unleak.openWalkthrough": () => vscode.commands.executeCommand("workbench.action.openWalkthrough", `${context.extension.id}#start`),
    "unleak.setToken": async () => {
      const prompt = vscode.l10n.t("The token for the team's engine. Empty: forget it.");
      const token = await vscode.window.showInputBox({ password: true, ignoreFocusOut: true, prompt });
      if (token !== undefined) await server.setToken(token.trim());
    },
    "unleak.tryIt": () => tryIt(context),
    "unleak.useSchema": () => useSchema(context),
  };

  context.subscriptions.push(
    status,
    tree,
    server,
    server.onStatus((now) => {
      if (now.state === "error") bad(now.message);
      else status.show(now);
    }),
    server.onFailed(failed),
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)),
    ...acceptTracking(server),
    context.secrets.onDidChange(() => void start()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void start()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("unleak.interpreter")) void start();
    }),
  );
  return { ready: start(), server };
}

function setState(state: "starting" | "ready" | "missing" | "failed"): void {
  void vscode.commands.executeCommand("setContext", "unleak.state", state);
  void vscode.commands.executeCommand("setContext", "unleak.ready", state === "ready");
}

async function offerRepair(message: string, problem?: Problem): Promise<void> {
  const settings = "workbench.action.openSettings";
  const actions: Record<string, [command: string, argument?: string]> = problem
    ? { [vscode.l10n.t("Choose a Python")]: [settings, "unleak.interpreter"] }
    : { [vscode.l10n.t("Restart")]: ["unleak.restart"], [vscode.l10n.t("Show Output")]: ["unleak.showOutput"] };
  if (problem?.python) actions[vscode.l10n.t("Install Unleak")] = ["unleak.install"];
  if (vscode.workspace.getConfiguration("unleak").get<string>("engine.url")) actions[vscode.l10n.t("Set Engine Token")] = ["unleak.setToken"];
  const answer = actions[(await vscode.window.showErrorMessage(`Unleak: ${message}`, ...Object.keys(actions))) ?? ""];
  if (answer) await vscode.commands.executeCommand(...answer);
}

/** A file that the embedded model completes with a secret of its training data. */
async function tryIt(context: vscode.ExtensionContext): Promise<void> {
  const example = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(context.extensionUri, "media", "example.txt"));
  const content = new TextDecoder().decode(example).trimEnd();
  const document = await vscode.workspace.openTextDocument({ language: "python", content });
  const editor = await vscode.window.showTextDocument(document);
  const end = document.positionAt(content.length);
  editor.selection = new vscode.Selection(end, end);
  await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
}

/** Even Better TOML takes schemas by absolute addresses only, so it is told where this one lies. */
async function useSchema(context: vscode.ExtensionContext): Promise<void> {
  const schema = vscode.Uri.joinPath(context.globalStorageUri, "unleak.schema.json");
  await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, "schemas", "unleak.schema.json"), schema, { overwrite: true });
  const setting = vscode.workspace.getConfiguration("evenBetterToml");
  const associations = { ...setting.get<Record<string, string>>("schema.associations"), "unleak\\.toml$": schema.toString() };
  await setting.update("schema.associations", associations, vscode.ConfigurationTarget.Global);
}
