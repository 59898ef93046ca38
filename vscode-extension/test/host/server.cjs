// The real server and the embedded model, seen from the extension host.

const { assert, runner, said, set, unleak, until, vscode } = require("./harness.cjs");
const { writeFileSync } = require("node:fs");
const path = require("node:path");

const canary = process.env.UNLEAK_CANARY; // a made-up token; nothing that the editor writes may hold it
const line = (name) => `${name} = "${canary}"\n`;
const found = (document) => vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === "unleak");
const underlined = (document, count = 1) => until("it is underlined", () => found(document).length === count && found(document));
const python = (content) => vscode.workspace.openTextDocument({ language: "python", content });

async function fixes(document, diagnostic) {
  const actions = await vscode.commands.executeCommand("vscode.executeCodeActionProvider", document.uri, diagnostic.range, "quickfix", 10);
  return Object.fromEntries(actions.map((action) => [action.title, action]));
}

async function apply(document, title) {
  const [diagnostic] = await underlined(document);
  const action = await until(`the fix ${title} is offered`, async () =>
    Object.values(await fixes(document, diagnostic)).find((offered) => title.test(offered.title)));
  assert.ok(await vscode.workspace.applyEdit(action.edit));
}

exports.run = runner({
  "starts": async () => {
    const before = performance.now();
    const api = await unleak();
    const activated = performance.now() - before;
    await api.ready;
    assert.ok(api.server.running);
    return `activation ${activated.toFixed(0)} ms, real server ready after ${(performance.now() - before).toFixed(0)} ms`;
  },
  "an opened file is underlined": async () => {
    const file = path.join(vscode.workspace.workspaceFolders[0].uri.fsPath, "opened.py");
    writeFileSync(file, `import os\n${line("token")}`);
    const { document } = await vscode.window.showTextDocument(vscode.Uri.file(file));
    const [diagnostic] = await underlined(document);
    assert.deepEqual([diagnostic.range.start.line, diagnostic.range.start.character, diagnostic.range.end.character], [1, 9, 9 + canary.length]);
    assert.ok(!diagnostic.message.includes(canary));
  },
  "an edited file is underlined, and no longer when the secret has gone": async () => {
    const document = await python("a = 1\n");
    const insert = new vscode.WorkspaceEdit();
    insert.insert(document.uri, new vscode.Position(1, 0), line("token"));
    await vscode.workspace.applyEdit(insert);
    await underlined(document);
    const remove = new vscode.WorkspaceEdit();
    remove.delete(document.uri, new vscode.Range(1, 0, 2, 0));
    await vscode.workspace.applyEdit(remove);
    await underlined(document, 0);
  },
  "an untitled file is underlined, beside emoji too": async () => {
    const document = await python(`x = "🔑🔑"; token = "${canary}"\n`);
    const [diagnostic] = await underlined(document);
    assert.equal(document.getText(diagnostic.range), canary);
  },
  "quick fix: an environment variable": async () => {
    const document = await python(line("token"));
    await apply(document, /environment variable/);
    assert.ok(!document.getText().includes(canary));
    assert.match(document.getText(), /import os[\s\S]*token = os\.environ\["\w+"\]/);
    await underlined(document, 0);
  },
  "quick fix: redact": async () => {
    const document = await python(line("token"));
    await apply(document, /^Redact/);
    assert.match(document.getText(), /token = "REDACTED"/);
  },
  "quick fix: allow here": async () => {
    const document = await python(line("token"));
    await apply(document, /^Allow here/);
    assert.match(document.getText(), /unleak:allow/);
    await underlined(document, 0);
  },
  "settings hold at once": async () => {
    const document = await python(line("token"));
    await underlined(document);
    await set("unleak.diagnostics.enable", false);
    await underlined(document, 0);
    await set("unleak.diagnostics.enable", undefined);
    await underlined(document);
    assert.deepEqual(said, []);
  },
  "a completion of the embedded model is masked": async () => {
    await vscode.commands.executeCommand("unleak.tryIt");
    const { document } = vscode.window.activeTextEditor;
    const before = document.getText();
    await until("the masked completion is accepted", async () => {
      await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
      await new Promise((resolve) => setTimeout(resolve, 500));
      await vscode.commands.executeCommand("unleak.accept");
      return document.getText() !== before;
    }, 40);
    assert.ok(!/ghp_\w{10}/.test(document.getText()), "the secret was typed in clear");
    return `accepted: ${JSON.stringify(document.getText().slice(before.length, before.length + 60))}`;
  },
  "typing 1,000 characters": async () => {
    const document = await python("");
    await vscode.window.showTextDocument(document);
    const { monitorEventLoopDelay } = require("node:perf_hooks");
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    for (const character of "def answer(question): return question + 1; ".repeat(24).slice(0, 1000)) {
      await vscode.commands.executeCommand("type", { text: character });
    }
    delay.disable();
    assert.equal(document.getText().length >= 1000, true);
    const ms = (nanoseconds) => (nanoseconds / 1e6).toFixed(1);
    return `the extension host's event loop: p99 ${ms(delay.percentile(99))} ms, longest ${ms(delay.max)} ms, n = 1000 keys`;
  },
  "the server comes back after a crash, with what was open": async () => {
    const { server } = await unleak();
    const document = await python(line("token"));
    await underlined(document);
    const { pid } = server.process;
    process.kill(pid, "SIGKILL");
    await until("another one runs", () => server.running && server.process?.pid !== pid);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), line("another"));
    await vscode.workspace.applyEdit(edit);
    await underlined(document, 2);
    assert.deepEqual(said, []);
  },
});
