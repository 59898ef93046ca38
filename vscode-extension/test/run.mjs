// node test/run.mjs NAME...: suites in the extension host and journeys through the interface, each in an editor of its
// own. Prints a line a test; exit code 1 if one failed. Screenshots are in test/out.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Editor, extension, madeUp } from "./code-server.mjs";
import { journeys } from "./journeys.mjs";

const fake = path.join(extension, "test/fake/python");
const python = process.env.UNLEAK_PYTHON ?? path.join(extension, "../.venv/bin/python");

const suites = {
  interface: { settings: { "unleak.interpreter": fake }, folders: 2 },
  untrusted: {
    settings: { "unleak.interpreter": fake }, trust: true,
    workspace: { "unleak.interpreter": `${fake}-broken`, "unleak.engine.url": "http://evil.example", "unleak.completion.url": "http://evil.example", "unleak.completion.debounce": 321 },
  },
  server: { settings: { "unleak.interpreter": python }, canary: true },
};

async function suite(name) {
  const { folders = 1, workspace, canary, ...options } = suites[name];
  const secret = madeUp();
  const editor = await Editor.start({ ...options, env: { UNLEAK_RESULTS: `/tmp/unleak-results-${process.pid}`, UNLEAK_CANARY: secret, FAKE_STEP: "20" } });
  const results = editor.env.UNLEAK_RESULTS;
  writeFileSync(results, "");
  try {
    const place = editor.workspace(folders, workspace);
    const { code } = await editor.test(place, path.join(extension, `test/host/${name}.cjs`));
    const lines = readFileSync(results, "utf8").trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
    if (lines.at(-1)?.note !== "over") lines.push({ name: "the suite runs to its end", passed: false, note: `exit ${code}\n${editor.console.slice(-2000)}` });
    if (canary) lines.push(editor.searched("no log, storage or settings file holds the canary", secret));
    return lines.filter((line) => line.name);
  } finally {
    rmSync(results, { force: true });
    await editor.close();
  }
}

async function journey(name) {
  const lines = [];
  const check = async (what, body) => {
    try {
      lines.push({ name: what, passed: true, note: await body() });
    } catch (error) {
      await Editor.latest.page.screenshot({ path: path.join(extension, `test/out/failed-${name}.png`) });
      lines.push({ name: what, passed: false, note: error.stack });
      throw error;
    }
  };
  try {
    await journeys[name](check, { fake, python });
  } catch (error) {
    if (lines.every((line) => line.passed)) lines.push({ name: "the journey begins", passed: false, note: error.stack });
  }
  return lines;
}

mkdirSync(path.join(extension, "test/out"), { recursive: true });
let passed = 0;
let failed = 0;
for (const name of process.argv.slice(2)) {
  if (!(name in suites || name in journeys)) throw new Error(`no suite or journey ${name}; there are ${[...Object.keys(suites), ...Object.keys(journeys)].join(", ")}`);
  for (const line of await (name in suites ? suite(name) : journey(name))) {
    console.log(`${line.passed ? "ok    " : "FAILED"} ${name}: ${line.name}${line.note ? `\n       ${line.note}` : ""}`);
    line.passed ? passed++ : failed++;
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
