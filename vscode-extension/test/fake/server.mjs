// A language server that knows nothing: what the interface shows, it was told here. For tests of the interface alone.

import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";

const connection = createMessageConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout));
const leak = (id, kind, preview, state, model_name, verdict, reason = "") => ({
  id, kind, preview, state, model_name, verdict, reason, model: `sha-${model_name}`, rule: kind.replaceAll(" ", "-"), origin: "completion",
  sightings: 3, shredded: false, fingerprint: "0".repeat(24), first_seen: "2026-11-28T09:14:02Z", last_seen: "2026-11-28T09:31:40Z",
});
const leaks = [
  leak("L0000000001", "github token", "ghp_… (40 characters)", "confirmed", "demo", "memorised", "found verbatim; 1 in 3 tries"),
  leak("L0000000002", "password", "t… (14 characters)", "flagged", "demo", "unknown"),
  leak("L0000000003", "aws access key", "AKIA… (20 characters)", "confirmed", "demo", "memorised", "found verbatim"),
  leak("L0000000004", "e-mail address", "m…@… (24 characters)", "erased", "demo", "memorised"),
  leak("L0000000005", "stripe key", "sk_live_… (32 characters)", "flagged", "qwen2.5-coder-1.5b", "unknown"),
];
const jobs = new Map();
const running = new Map();
let next = 0;
const heard = { starts: 0, accepted: [], settings: null, token: null };

const commands = {
  "unleak.leaks": () => leaks,
  "unleak.models": () => [{ digest: "sha-demo", name: "demo", path: "/models/demo", current: true }],
  "unleak.confirm": ({ leak, workDoneToken }) => work("confirm", [leak], workDoneToken, "confirmed"),
  "unleak.erase": ({ leaks, workDoneToken }) => work("erase", leaks, workDoneToken, "erased"),
  "unleak.gate": ({ workDoneToken }) => work("gate", [], workDoneToken),
  "unleak.dismiss": ({ leak }) => set([leak], "dismissed"),
  "unleak.accepted": (argument) => heard.accepted.push(argument) && null,
  "unleak.report": () => ({ html: '<!DOCTYPE html><html lang="en"><head><style>body{color:red}</style></head><body><h1>Erasure</h1><p>Nothing was measured: this is a test.</p><script>document.title="ran"</script></body></html>', json: {} }),
  "fake.heard": () => heard,
  "fake.crash": () => process.exit(3),
  "fake.status": (status) => connection.sendNotification("unleak/status", status) && null,
};

connection.onRequest("initialize", ({ initializationOptions }) => {
  heard.starts++;
  heard.token = initializationOptions.engine.token;
  return {
    capabilities: { textDocumentSync: 2, executeCommandProvider: { commands: Object.keys(commands).filter((name) => name.startsWith("unleak.")) } },
    serverInfo: { name: "fake", version: "0.1.0" },
  };
});
const pull = async () => {
  [heard.settings] = await connection.sendRequest("workspace/configuration", { items: [{ section: "unleak" }] });
  status();
};
connection.onNotification("initialized", async () => {
  const registerOptions = { section: "unleak" };
  await connection.sendRequest("client/registerCapability", { registrations: [{ id: "settings", method: "workspace/didChangeConfiguration", registerOptions }] });
  await pull();
});
connection.onNotification("workspace/didChangeConfiguration", pull);
connection.onRequest("shutdown", () => null);
connection.onNotification("exit", () => process.exit(0));
connection.onNotification("window/workDoneProgress/cancel", ({ token }) => running.get(token)?.());
connection.onRequest("workspace/executeCommand", ({ command, arguments: [argument] }) => commands[command](argument));
connection.listen();

function status() {
  const flagged = leaks.filter(({ state }) => state === "flagged" || state === "confirmed").length;
  connection.sendNotification("unleak/status", { state: "ready", message: "", flagged });
}

function set(ids, state) {
  for (const leak of leaks) if (ids.includes(leak.id)) leak.state = state;
  connection.sendNotification("unleak/leaksChanged", { revision: ++next });
  status();
  return null;
}

async function work(kind, ids, token, state) {
  const before = leaks.filter(({ id }) => ids.includes(id)).map(({ state }) => state)[0];
  const report = (value) => connection.sendNotification("$/progress", { token, value });
  let cancelled = false;
  running.set(token, () => { cancelled = true; });
  report({ kind: "begin", title: kind, cancellable: true, percentage: 0 });
  for (let step = 1; step <= 10 && !cancelled; step++) {
    await new Promise((resolve) => setTimeout(resolve, Number(process.env.FAKE_STEP ?? 100)));
    report({ kind: "report", message: step < 6 ? "changing weights" : "attacking the new model", percentage: step * 10 });
  }
  report({ kind: "end" });
  if (state) set(ids, cancelled ? before : state);
  const id = `J${String(++next).padStart(10, "0")}`;
  return { id, kind, state: cancelled ? "cancelled" : "succeeded", message: "", leaks: ids, model: "sha-demo", out: "/models/demo-2", error: "", result: null };
}
