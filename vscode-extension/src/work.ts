// What the engine is asked to do: confirm, erase, dismiss, gate. One question before an erasure, progress, a result.

import * as vscode from "vscode";
import { ERASABLE } from "./leaks";
import type { Job, Leak, Server } from "./server";

const LISTED = 8; // leaks that the question before an erasure names

/** Erase leaks, model by model, after one question about all of them. */
export async function erase(server: Server, leaks: Leak[]): Promise<void> {
  const erasable = leaks.filter(({ state }) => ERASABLE.includes(state));
  if (erasable.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Choose leaks that were tested and confirmed; others are not erased."));
    await vscode.commands.executeCommand("unleak.leaks.focus");
    return;
  }
  if (!(await agreed(erasable))) return;
  for (const [model, ofModel] of byModel(erasable)) {
    const title = vscode.l10n.t("Erasing {0} from {1}", counted(ofModel.length), model);
    const job = await server.job(title, (workDoneToken) => server.ask("unleak.erase", { leaks: ofModel.map(({ id }) => id), workDoneToken }));
    // Not awaited: the next model's erasure does not wait until this notification is read.
    void tell(job, vscode.l10n.t("Erased and verified: {0}, from {1}.", counted(ofModel.length), model), vscode.l10n.t("Erasure"));
  }
}

async function agreed(leaks: Leak[]): Promise<boolean> {
  const models = [...byModel(leaks).keys()].join(", ");
  const names = leaks.slice(0, LISTED).map((leak) => `• ${leak.kind} ${leak.preview}`);
  if (leaks.length > LISTED) names.push(vscode.l10n.t("… and {0} more", leaks.length - LISTED));
  const yes = vscode.l10n.t("Erase");
  const detail = [
    names.join("\n"),
    vscode.l10n.t("A new model is written and attacked; the old one stays as it is."),
    vscode.l10n.t("Expected time: seconds for a small model, minutes for one of several billion parameters. It can be cancelled."),
    vscode.l10n.t("Not guaranteed: attacks that are not run may succeed, and copies of the old model still leak. Revoke each secret all the same."),
  ].join("\n\n");
  const question = vscode.l10n.t("Erase {0} from {1}?", counted(leaks.length), models);
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

/** Ask the model whether it memorised a leak, or a finding that no leak was made of yet. */
export async function confirm(server: Server, about: object): Promise<void> {
  const title = vscode.l10n.t("Asking the model whether it memorised this");
  const job = await server.job(title, (workDoneToken) => server.ask("unleak.confirm", { ...about, workDoneToken }));
  await tell(job, "", title);
}

export async function dismiss(server: Server, leaks: Leak[]): Promise<void> {
  for (const { id } of leaks) await server.ask("unleak.dismiss", { leak: id });
}

/** Test a model against a suite of the workspace's, or the embedded model against its own. */
export async function gate(server: Server): Promise<void> {
  const models = await server.ask("unleak.models", {});
  const model = await vscode.window.showQuickPick(
    models.map(({ name, digest, path }) => ({ label: name || digest, description: path ?? digest.slice(0, 12), model: path ?? (name || digest) })),
    { title: vscode.l10n.t("Run Release Gate (1/2)"), placeHolder: vscode.l10n.t("Which model?") },
  );
  if (!model) return;
  const files = await vscode.workspace.findFiles("**/*.{unleak,suite.jsonl}", "**/{node_modules,.venv}/**", 50);
  const browse = vscode.l10n.t("Another file…");
  const suite = await vscode.window.showQuickPick(
    [
      ...files.map((file) => ({ label: vscode.workspace.asRelativePath(file), suite: file.fsPath })),
      { label: "demo", description: vscode.l10n.t("the secrets planted in the embedded model"), suite: "demo" },
      { label: browse, suite: "" },
    ],
    { title: vscode.l10n.t("Run Release Gate (2/2)"), placeHolder: vscode.l10n.t("Which suite?") },
  );
  const path = suite?.suite === "" ? (await vscode.window.showOpenDialog({ title: browse }))?.[0]?.fsPath : suite?.suite;
  if (!path) return;
  const title = vscode.l10n.t("Testing {0}", model.label);
  const job = await server.job(title, (workDoneToken) => server.ask("unleak.gate", { model: model.model, suite: path, workDoneToken }));
  await tell(job, vscode.l10n.t("The gate's report on {0} is ready.", model.label), vscode.l10n.t("Release Gate"));
}

/** Say how a job ended, and offer what can be done now. */
async function tell(job: Job, success: string, title: string): Promise<void> {
  const report = vscode.l10n.t("Open Report");
  const show = vscode.l10n.t("Show New Model");
  const output = vscode.l10n.t("Show Output");
  let answer: string | undefined;
  if (job.state === "succeeded") {
    if (success === "") return; // it shows in the editor and in the view
    answer = await vscode.window.showInformationMessage(success, report, ...(job.out ? [show] : []));
  } else if (job.state === "cancelled") {
    vscode.window.setStatusBarMessage(vscode.l10n.t("Unleak: cancelled, nothing was written."), 10_000);
  } else {
    answer = await vscode.window.showErrorMessage(job.error || job.message, report, output);
  }
  if (answer === report) await vscode.commands.executeCommand("unleak.openReport", job.id, title);
  if (answer === show) await vscode.commands.executeCommand("vscode.openFolder", vscode.Uri.file(job.out), { forceNewWindow: true });
  if (answer === output) await vscode.commands.executeCommand("unleak.showOutput");
}

function byModel(leaks: Leak[]): Map<string, Leak[]> {
  const models = new Map<string, Leak[]>();
  for (const leak of leaks) {
    const model = leak.model_name || leak.model;
    models.set(model, [...(models.get(model) ?? []), leak]);
  }
  return models;
}

function counted(count: number): string {
  return count === 1 ? vscode.l10n.t("one leak") : vscode.l10n.t("{0} leaks", count);
}
