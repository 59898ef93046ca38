// A workspace that nobody trusted: its settings must not choose what is run, nor where text is sent.

const { assert, runner, unleak, until, vscode } = require("./harness.cjs");

exports.run = runner({
  "runs with the user's settings, not the workspace's": async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const api = await unleak();
    await api.ready;
    assert.ok(api.server.running); // the workspace names python-broken
    const heard = await until("settings are asked for", async () => {
      const now = await api.server.ask("fake.heard", {});
      return now.settings ? now : undefined;
    });
    assert.equal(heard.settings.engine.url, "");
    assert.equal(heard.settings.completion.url, "");
    assert.equal(heard.settings.completion.debounce, 321); // harmless, and so the workspace's
  },
});
