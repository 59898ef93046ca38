// The interface over a server that was told what to say: see ../fake/server.mjs.

const path = require("node:path");
const { answer, assert, runner, said, set, unleak, until, vscode } = require("./harness.cjs");

const fake = (name) => path.join(__dirname, "..", "fake", name);
const heard = async () => (await unleak()).server.ask("fake.heard", {});
const states = async () => Object.fromEntries((await (await unleak()).server.ask("unleak.leaks", {})).map(({ id, state }) => [id, state]));

exports.run = runner({
  "activates at once, and starts the server": async () => {
    const before = performance.now();
    const api = await unleak();
    const activated = performance.now() - before;
    await api.ready;
    assert.ok(api.server.running);
    return `activation ${activated.toFixed(0)} ms, server ready after ${(performance.now() - before).toFixed(0)} ms`;
  },
  "one server for two folders": async () => {
    assert.equal(vscode.workspace.workspaceFolders.length, 2);
    assert.equal((await heard()).starts, 1);
  },
  "the server asks for its settings, and hears of changes": async () => {
    await until("it has asked", async () => (await heard()).settings);
    assert.equal((await heard()).settings.completion.onSecret, "mask");
    assert.ok(!("interpreter" in (await heard()).settings));
    await set("unleak.completion.onSecret", "withhold");
    await until("the change is heard", async () => (await heard()).settings.completion.onSecret === "withhold");
    await set("unleak.completion.onSecret", undefined);
  },
  "the token is kept in the secret storage and reaches the server, not the settings": async () => {
    const { server } = await unleak();
    vscode.window.showInputBox = async (options) => (assert.ok(options.password), " canary-engine-token ");
    await vscode.commands.executeCommand("unleak.setToken");
    await until("the server has it", async () => server.running && (await heard()).token === "canary-engine-token");
    assert.equal((await heard()).settings.engine.token, "canary-engine-token");
    vscode.window.showInputBox = async () => "";
    await vscode.commands.executeCommand("unleak.setToken");
    await until("the server has lost it", async () => server.running && (await heard()).token === "");
  },
  "erasing asks once, names model and leaks, and says what is not guaranteed": async () => {
    answer("Erase", undefined);
    await vscode.commands.executeCommand("unleak.erase", { leaks: ["L0000000001"] });
    const [kind, question, buttons, options] = said[0];
    assert.deepEqual([kind, buttons, options.modal], ["showWarningMessage", ["Erase"], true]);
    assert.match(question, /one leak from demo/);
    assert.match(options.detail, /github token[\s\S]*Expected time[\s\S]*Not guaranteed[\s\S]*Revoke/);
    assert.equal((await states()).L0000000001, "erased");
    assert.match(said[1][1], /^Erased and verified: one leak, from demo/);
    assert.deepEqual(said[1][2], ["Open Report", "Show New Model"]);
  },
  "nothing is erased without a yes": async () => {
    answer(undefined);
    await vscode.commands.executeCommand("unleak.erase", { leaks: ["L0000000003"] });
    assert.equal((await states()).L0000000003, "confirmed");
    assert.equal(said.length, 1);
  },
  "what nobody confirmed is not erased": async () => {
    await vscode.commands.executeCommand("unleak.erase", { leaks: ["L0000000002"] });
    assert.equal((await states()).L0000000002, "flagged");
    assert.match(said[0][1], /tested and confirmed/);
  },
  "an accepted completion is noted, and Tab's command does what it did": async () => {
    const document = await vscode.workspace.openTextDocument({ language: "python", content: "value = " });
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(0, 8, 0, 8);
    const provider = vscode.languages.registerInlineCompletionItemProvider({ pattern: "**" }, {
      provideInlineCompletionItems: (of, at) => (of === document && at.character === 8 ? [new vscode.InlineCompletionItem("compute one two", new vscode.Range(at, at))] : []),
    });
    try {
      await until("it is accepted", async () => {
        await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
        await new Promise((resolve) => setTimeout(resolve, 100));
        await vscode.commands.executeCommand("unleak.accept");
        return document.getText() !== "value = ";
      });
    } finally {
      provider.dispose();
    }
    assert.equal(document.getText(), "value = compute one two");
    assert.deepEqual((await heard()).accepted.at(-1), { uri: document.uri.toString(), version: document.version, text: "compute one two" });
  },
  "a crash is followed by a restart, silently": async () => {
    const { server } = await unleak();
    await server.ask("fake.crash", {}).catch(() => undefined);
    await until("it runs again", async () => server.running && (await heard().catch(() => undefined)));
    assert.deepEqual(said, []);
  },
  "trouble that the server reports is told once, with something to do": async () => {
    const { server } = await unleak();
    const trouble = { state: "error", message: "the engine at https://unleak.example.com is of version 9; this is 0.1", flagged: 0 };
    await server.ask("fake.status", trouble);
    await server.ask("fake.status", trouble);
    await until("it is told", () => said.length > 0);
    assert.equal(said.length, 1);
    assert.match(said[0][1], /of version 9/);
    assert.deepEqual(said[0][2], ["Restart", "Show Output"]);
  },
  ...Object.fromEntries(
    [
      ["python-old", /is Python 3\.9\.2; Unleak needs 3\.11/, ["Choose a Python"]],
      ["python-bare", /is not installed for .*python-bare/, ["Choose a Python", "Install Unleak"]],
      ["python-behind", /unleak 0\.0\.9 in .* is too old/, ["Choose a Python", "Install Unleak"]],
      ["python-broken", /names .*python-broken, which does not run: dyld/, ["Choose a Python"]],
      ["python-that-is-not-there", /names .*python-that-is-not-there, which does not run/, ["Choose a Python"]],
      ["python-crashing", /ended while it was starting/, ["Restart", "Show Output"]],
    ].map(([name, message, buttons]) => [
      `the interpreter ${name}: one message, with something to do`,
      async () => {
        const { server } = await unleak();
        await set("unleak.interpreter", fake(name));
        await until("it is told", () => said.some(([, text]) => message.test(text)));
        assert.deepEqual(said.map(([, , offered]) => offered), [buttons]);
        assert.ok(!server.running);
      },
    ]),
  ),
  "a good interpreter starts the server again": async () => {
    const { server } = await unleak();
    await set("unleak.interpreter", fake("python"));
    await until("it runs", async () => server.running && (await heard().catch(() => undefined)));
    assert.deepEqual(said, []);
  },
});
