// Which Python runs the server. The order is that of Microsoft's template for Python tools: the setting, then the
// Python extension's environment; then what is on the path. A setting that does not work is an error, never skipped.

import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import * as vscode from "vscode";

const run = promisify(execFile);
const OLDEST = [3, 11] as const;
const PACKAGE = "0.1"; // the oldest release of the Python package that this extension speaks to

export interface Python {
  executable: string;
  version: [number, number, number];
  unleak: string | null; // the version of the package in it
}

/** Why no server can be started, as a sentence for the user; `python`: where the package can be installed with. */
export class Problem extends Error {
  constructor(
    message: string,
    readonly python?: Python,
  ) {
    super(message);
  }
}

/** A Python with a package that fits; if wheels came with the extension, they are installed where none is found. */
export async function findPython(context: vscode.ExtensionContext): Promise<Python> {
  const setting = vscode.workspace.getConfiguration("unleak").get<string>("interpreter", "").trim();
  const found: Python[] = [];
  const own = privatePython(context);
  const chosen = setting ? [expand(setting)] : await pathsWithoutSetting();
  for (const candidate of existsSync(own) ? [...chosen, own] : chosen) {
    try {
      const python = await probe(candidate, context);
      if (fits(python)) return python;
      found.push(python);
    } catch (error) {
      if (candidate !== own && setting) throw new Problem(vscode.l10n.t("The setting unleak.interpreter names {0}, which does not run: {1}", candidate, first(error)));
    }
  }
  const usable = found.find(recent);
  if (usable) {
    if (wheels(context) && usable.executable !== own) {
      await install(context, usable);
      const python = await probe(own, context);
      if (fits(python)) return python;
    }
    throw new Problem(
      usable.unleak
        ? vscode.l10n.t("The package unleak {0} in {1} is too old; {2} or newer is needed.", usable.unleak, usable.executable, PACKAGE)
        : vscode.l10n.t("The package unleak is not installed for {0}.", usable.executable),
      usable,
    );
  }
  const old = found[0];
  throw new Problem(
    old
      ? vscode.l10n.t("{0} is Python {1}; Unleak needs 3.11 or newer.", old.executable, old.version.join("."))
      : vscode.l10n.t("No Python was found; Unleak needs 3.11 or newer."),
  );
}

/** Install the package into an environment of the extension's own: from its wheels, else from the package index. */
export async function install(context: vscode.ExtensionContext, python: Python): Promise<void> {
  const folder = path.join(context.globalStorageUri.fsPath, "python");
  const bundled = wheels(context);
  const source = bundled ? ["--no-index", "--find-links", bundled, "unleak"] : [`unleak>=${PACKAGE}`];
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t("Installing Unleak for Python") },
    async () => {
      try {
        await run(python.executable, ["-m", "venv", "--clear", folder], { cwd: context.extensionPath });
        await run(privatePython(context), ["-m", "pip", "install", "--disable-pip-version-check", "--quiet", ...source], {
          cwd: context.extensionPath,
        });
      } catch (error) {
        throw new Problem(vscode.l10n.t("Unleak could not be installed with {0}: {1}", python.executable, first(error)), python);
      }
    },
  );
}

async function pathsWithoutSetting(): Promise<string[]> {
  const selected = await environmentOfPythonExtension();
  const onPath = process.platform === "win32" ? ["python", "py"] : ["python3", "python"];
  return selected ? [selected, ...onPath] : onPath;
}

/** What the user chose in the Python extension. Not in an untrusted workspace, which may bring its own. */
async function environmentOfPythonExtension(): Promise<string | undefined> {
  interface Environments {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(environment: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
  }
  const extension = vscode.extensions.getExtension<{ environments: Environments }>("ms-python.python");
  if (!extension || !vscode.workspace.isTrusted) return undefined;
  const { environments } = await extension.activate();
  const chosen = environments.getActiveEnvironmentPath(vscode.workspace.workspaceFolders?.[0]?.uri);
  return (await environments.resolveEnvironment(chosen))?.executable.uri?.fsPath;
}

const PROBE = `
import importlib.metadata, json, sys
try: found = importlib.metadata.version("unleak")
except importlib.metadata.PackageNotFoundError: found = None
print(json.dumps({"executable": sys.executable, "version": sys.version_info[:3], "unleak": found}))`;

/** Ask an interpreter. It runs in the extension's folder, so that no file of the workspace is imported. */
async function probe(executable: string, context: vscode.ExtensionContext): Promise<Python> {
  const { stdout } = await run(executable, ["-c", PROBE], { cwd: context.extensionPath, timeout: 20_000 });
  return JSON.parse(stdout) as Python;
}

function recent(python: Python): boolean {
  return python.version[0] === OLDEST[0] && python.version[1] >= OLDEST[1];
}

function fits(python: Python): boolean {
  return recent(python) && python.unleak !== null && python.unleak.localeCompare(PACKAGE, "en", { numeric: true }) >= 0;
}

function privatePython(context: vscode.ExtensionContext): string {
  const folder = path.join(context.globalStorageUri.fsPath, "python");
  return process.platform === "win32" ? path.join(folder, "Scripts", "python.exe") : path.join(folder, "bin", "python");
}

function wheels(context: vscode.ExtensionContext): string | undefined {
  const folder = path.join(context.extensionPath, "bundled", "wheels");
  return existsSync(folder) && readdirSync(folder).length > 0 ? folder : undefined;
}

function expand(setting: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  return setting.replace("${workspaceFolder}", folder).replace("${userHome}", homedir());
}

/** The last line of what a program said, or of what went wrong. */
function first(error: unknown): string {
  const said = (error as { stderr?: string }).stderr?.trim();
  return (said ? said.split("\n").at(-1) : error instanceof Error ? error.message.split("\n")[0] : undefined) ?? "";
}
