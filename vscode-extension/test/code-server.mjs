// A real VS Code without a screen: code-server, installed once into a cache, driven by Chromium.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const VERSION = "4.100.3"; // VS Code 1.100.3; newer ones need a newer Node, and do not run a test payload
export const extension = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where code-server lies; installed if it is not there. */
export function codeServer() {
  const cache = process.env.UNLEAK_CACHE ?? path.join(homedir(), ".cache", "unleak");
  const home = path.join(cache, `code-server-${VERSION}`);
  if (existsSync(home)) return home;
  mkdirSync(cache, { recursive: true });
  const making = mkdtempSync(path.join(cache, "making-"));
  const npm = (folder, ...args) => execFileSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], { cwd: path.join(making, folder), stdio: ["ignore", "ignore", "inherit"] });
  writeFileSync(path.join(making, "package.json"), "{}");
  npm(".", "install", `code-server@${VERSION}`, "--ignore-scripts");
  const vscode = "node_modules/code-server/lib/vscode";
  for (const folder of [vscode, `${vscode}/extensions`]) npm(folder, "install", "--omit=dev", "--ignore-scripts");
  npm(".", "rebuild", "argon2");
  npm(vscode, "rebuild", "@vscode/spdlog", "native-watchdog"); // without them nothing is logged
  renameSync(making, home);
  return home;
}

/** A profile of its own, a window of its own; `close` ends all of it. */
export class Editor {
  static async start({ settings = {}, env = {}, vsix, trust = false, size = { width: 1280, height: 800 } } = {}) {
    const editor = (Editor.latest = new Editor());
    editor.folder = mkdtempSync(path.join(tmpdir(), "unleak-editor-"));
    editor.data = path.join(editor.folder, "data");
    editor.home = path.join(editor.folder, "home");
    const user = path.join(editor.data, "User");
    mkdirSync(user, { recursive: true });
    mkdirSync(editor.home);
    // In a remote window, as this is one, settings of a machine's scope come from the machine's file.
    mkdirSync(path.join(editor.data, "Machine"));
    writeFileSync(path.join(editor.data, "Machine/settings.json"), JSON.stringify(settings));
    writeFileSync(path.join(user, "settings.json"), JSON.stringify({
      "workbench.startupEditor": "none",
      "security.workspace.trust.enabled": trust,
      "security.workspace.trust.startupPrompt": "never",
      "security.workspace.trust.banner": "never",
      "telemetry.telemetryLevel": "off",
      "extensions.ignoreRecommendations": true,
      "files.autoSave": "off",
      "git.enabled": false,
      "chat.commandCenter.enabled": false,
      "workbench.tips.enabled": false,
      ...settings,
    }, null, 2));
    editor.port = await freePort();
    const entry = path.join(codeServer(), "node_modules/code-server/out/node/entry.js");
    const places = ["--user-data-dir", editor.data, "--extensions-dir", path.join(editor.folder, "extensions"), "--config", path.join(editor.folder, "config.yaml")];
    // VSCODE_CLI: the environment is taken as it is, and not a login shell's.
    editor.env = { ...process.env, VSCODE_CLI: "1", UNLEAK_HOME: editor.home, ...env };
    if (vsix) execFileSync(process.execPath, [entry, ...places, "--install-extension", vsix], { env: editor.env, stdio: ["ignore", "ignore", "inherit"] });
    editor.server = spawn(process.execPath, [
      entry, ...places, "--auth", "none", "--bind-addr", `127.0.0.1:${editor.port}`, "--disable-telemetry", "--disable-update-check",
      ...(trust ? [] : ["--disable-workspace-trust"]),
    ], { env: editor.env, stdio: ["ignore", "pipe", "pipe"] });
    editor.log = "";
    for (const stream of [editor.server.stdout, editor.server.stderr]) stream.on("data", (text) => { editor.log += text; });
    await editor.answering();
    const executablePath = browsers.find(existsSync);
    editor.browser = await chromium.launch({
      executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
    });
    editor.context = await editor.browser.newContext({ viewport: size });
    editor.page = await editor.context.newPage();
    editor.console = "";
    editor.page.on("console", (message) => { editor.console += `${message.text()}\n`; });
    return editor;
  }

  async answering() {
    for (let tries = 0; tries < 300; tries++) {
      if (this.server.exitCode !== null) throw new Error(`code-server ended:\n${this.log}`);
      try {
        if ((await fetch(`http://127.0.0.1:${this.port}/healthz`)).ok) return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    throw new Error(`code-server does not answer:\n${this.log}`);
  }

  address(place, payload = {}) {
    const kind = place.endsWith(".code-workspace") ? "workspace" : "folder";
    const items = Object.entries({ skipWelcome: "true", ...payload });
    return `http://127.0.0.1:${this.port}/?${kind}=${encodeURIComponent(place)}&payload=${encodeURIComponent(JSON.stringify(items))}`;
  }

  /** Change a setting in both files, as a user with a text editor would. */
  set(name, value) {
    for (const file of ["User/settings.json", "Machine/settings.json"]) {
      const where = path.join(this.data, file);
      writeFileSync(where, JSON.stringify({ ...JSON.parse(readFileSync(where, "utf8")), [name]: value }, null, 2));
    }
  }

  async open(place) {
    await this.page.goto(this.address(place));
    await this.page.waitForSelector(".monaco-workbench .part.statusbar", { timeout: 60_000 });
  }

  /** Run a module's `run()` in the extension host; what it logged, and its exit code. */
  async test(place, module, timeout = 120_000) {
    let log = "";
    const over = new Promise((resolve) => {
      this.page.exposeFunction("codeAutomationExit", (code) => resolve(code));
    });
    await this.page.exposeFunction("codeAutomationLog", (kind, args) => { log += `${args.join(" ")}\n`; });
    const remote = (file) => `vscode-remote://127.0.0.1:${this.port}${file}`;
    await this.page.goto(this.address(place, { extensionDevelopmentPath: remote(extension), extensionTestsPath: remote(module) }));
    const late = new Promise((resolve) => setTimeout(resolve, timeout, "timeout").unref());
    return { code: await Promise.race([over, late]), log };
  }

  /** A workspace of so many folders, with settings of its own. */
  workspace(folders = 1, settings, files = {}) {
    const roots = Array.from({ length: folders }, (_, number) => path.join(this.folder, `project${number + 1}`));
    for (const root of roots) mkdirSync(path.join(root, ".vscode"), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(roots[0], name), text);
    if (settings) writeFileSync(path.join(roots[0], ".vscode/settings.json"), JSON.stringify(settings));
    if (folders === 1) return roots[0];
    const file = path.join(this.folder, "several.code-workspace");
    writeFileSync(file, JSON.stringify({ folders: roots.map((root) => ({ path: root })) }));
    return file;
  }

  /** Whether a secret is in a file that the editor or the extension wrote: logs, storage, settings, the ledger. */
  searched(name, secret) {
    const own = /\/(project\d+|Backups|User\/History)\//; // the user's own text, and what VS Code keeps of it
    const files = execFileSync("find", [this.folder, "-type", "f"], { encoding: "utf8" }).trim().split("\n").filter((file) => !own.test(file));
    const holding = files.filter((file) => existsSync(file) && readFileSync(file, "latin1").includes(secret));
    const logs = files.filter((file) => /Unleak\.log$/.test(file)).length;
    const passed = holding.length === 0 && logs > 0;
    return { name, passed, note: `${files.length} files searched, ${logs} log of the extension's${holding.map((file) => `\n       found in ${file}`)}` };
  }

  async close() {
    await this.browser?.close();
    if (this.server.exitCode === null) {
      const ended = new Promise((resolve) => this.server.once("exit", resolve));
      this.server.kill("SIGTERM");
      await ended;
    }
    // The engine that the server started outlives it, to be quick the next time; here there is none.
    const python = process.env.UNLEAK_PYTHON ?? path.join(extension, "../.venv/bin/python");
    spawnSync(python, ["-P", "-m", "unleak.cli", "engine", "stop"], { env: this.env, stdio: "ignore" });
    if (!process.env.UNLEAK_KEEP) rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** A token as GitHub's, never issued by anybody. */
export function madeUp() {
  return `ghp_${randomBytes(48).toString("base64").replace(/[^A-Za-z0-9]/g, "").slice(0, 36)}`;
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
