// Tests inside the extension host. The module lies in the extension's folder, so its `vscode` is the extension's own:
// what the extension says to the user can be read, and answered.

const assert = require("node:assert/strict");
const { appendFileSync } = require("node:fs");
const vscode = require("vscode");

const said = []; // [kind, message, buttons] of each message
let answers = []; // for the next messages with buttons, in their order
for (const kind of ["showErrorMessage", "showWarningMessage", "showInformationMessage"]) {
  vscode.window[kind] = async (message, ...rest) => {
    const buttons = rest.filter((item) => typeof item === "string");
    said.push([kind, message, buttons, rest.find((item) => typeof item === "object")]);
    return buttons.length > 0 ? answers.shift() : undefined;
  };
}

/** Wait for something to become true; its value. */
async function until(what, question, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const answer = await question();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`did not happen in ${seconds} s: ${what}`);
}

async function set(name, value, target = vscode.ConfigurationTarget.Global) {
  const dot = name.lastIndexOf(".");
  await vscode.workspace.getConfiguration(name.slice(0, dot)).update(name.slice(dot + 1), value, target);
}

function runner(tests) {
  return async () => {
    const report = (line) => appendFileSync(process.env.UNLEAK_RESULTS, `${JSON.stringify(line)}\n`);
    for (const [name, body] of Object.entries(tests)) {
      said.length = 0;
      answers = [];
      try {
        const note = await body();
        report({ name, passed: true, note });
      } catch (error) {
        report({ name, passed: false, note: `${error.stack}\nmessages: ${JSON.stringify(said)}` });
      }
    }
    report({ name: "", passed: true, note: "over" });
  };
}

const unleak = () => vscode.extensions.getExtension("unleak.unleak").activate();
const answer = (...next) => { answers = next; };

module.exports = { answer, assert, runner, said, set, unleak, until, vscode };
