// The view of leaks by model and state, the language status item and the status bar item.

import * as vscode from "vscode";
import type { Leak, Server, Status } from "./server";

type Group = Record<"label" | "icon", string> & { children: Node[] };
type Node = Group | Leak;

// In the order in which they want attention. Words of the product: they are not translated.
const STATES: Record<string, [icon: string, color?: string]> = {
  confirmed: ["error", "list.errorForeground"],
  resurfaced: ["error", "list.errorForeground"],
  failed: ["warning", "list.warningForeground"],
  flagged: ["warning", "list.warningForeground"],
  cancelled: ["circle-slash"],
  queued: ["clock"],
  erasing: ["loading~spin"],
  verifying: ["loading~spin"],
  erased: ["pass", "testing.iconPassed"],
  dismissed: ["close"],
};
export const ERASABLE = ["confirmed", "resurfaced", "failed", "cancelled"];
const DISMISSABLE = ["flagged", "confirmed", "resurfaced"];

export class Leaks implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<Node>;
  private readonly listening: vscode.Disposable;

  constructor(private readonly server: Server) {
    this.view = vscode.window.createTreeView<Node>("unleak.leaks", { treeDataProvider: this, canSelectMany: true, showCollapseAll: true });
    this.listening = server.onLeaks(() => { this.changed.fire(); });
  }

  /** What a command of the view's is about: the rows it was called on, or else those selected. */
  chosen(row?: unknown, rows?: unknown): Leak[] {
    const nodes = (Array.isArray(rows) ? rows : row ? [row] : this.view.selection) as Node[];
    const leaks = nodes.flatMap(below);
    return [...new Map(leaks.map((leak) => [leak.id, leak])).values()];
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node) return isLeak(node) ? [] : node.children;
    if (!this.server.running) return [];
    const leaks = await this.server.ask("unleak.leaks", {});
    const order = Object.keys(STATES);
    return grouped(leaks, (leak) => leak.model_name || leak.model || vscode.l10n.t("unknown model"), "chip").map((model) => ({
      ...model,
      children: grouped(model.children as Leak[], (leak) => leak.state, "circle-outline").sort(
        (a, b) => order.indexOf(a.label) - order.indexOf(b.label),
      ),
    }));
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return isLeak(node) ? leafItem(node) : groupItem(node);
  }

  dispose(): void {
    this.listening.dispose();
    this.view.dispose();
  }
}

function grouped(leaks: Leak[], key: (leak: Leak) => string, icon: string): Group[] {
  const groups = new Map<string, Leak[]>();
  for (const leak of leaks) groups.set(key(leak), [...(groups.get(key(leak)) ?? []), leak]);
  return [...groups].map(([label, children]) => ({ label, children, icon: STATES[label]?.[0] ?? icon }));
}

function groupItem(group: Group): vscode.TreeItem {
  const item = new vscode.TreeItem(group.label, vscode.TreeItemCollapsibleState.Expanded);
  item.description = String(below(group).length);
  item.iconPath = themed(group.label, group.icon);
  return item;
}

function leafItem(leak: Leak): vscode.TreeItem {
  const item = new vscode.TreeItem(leak.kind);
  item.id = leak.id;
  item.description = leak.preview;
  item.iconPath = themed(leak.state, "circle-outline");
  const may = { erasable: ERASABLE.includes(leak.state), doubtful: leak.state === "flagged", dismissable: DISMISSABLE.includes(leak.state) };
  item.contextValue = ["leak", ...Object.entries(may).flatMap(([what, is]) => (is ? [what] : []))].join(" ");
  const rows = [
    [vscode.l10n.t("State"), leak.state],
    [vscode.l10n.t("Verdict"), leak.verdict + (leak.reason ? `: ${leak.reason}` : "")],
    [vscode.l10n.t("Seen"), vscode.l10n.t("{0} times, last {1}, first in: {2}", leak.sightings, leak.last_seen, leak.origin)],
    [vscode.l10n.t("Rule"), leak.rule],
  ];
  item.tooltip = new vscode.MarkdownString(rows.map(([name, value]) => `**${name ?? ""}** ${value ?? ""}`).join("\n\n"));
  item.accessibilityInformation = { label: `${leak.kind} ${leak.preview}, ${leak.state}` };
  item.command = { command: "unleak.showReport", title: vscode.l10n.t("Show Report"), arguments: [leak] };
  return item;
}

function themed(state: string, otherwise: string): vscode.ThemeIcon {
  const [icon, color] = STATES[state] ?? [otherwise];
  return new vscode.ThemeIcon(icon, color ? new vscode.ThemeColor(color) : undefined);
}

function isLeak(node: Node): node is Leak {
  return "id" in node;
}

function below(node: Node): Leak[] {
  return isLeak(node) ? [node] : node.children.flatMap(below);
}

/** How the server is, in the language status and, quietly, in the status bar. */
export class StatusItems implements vscode.Disposable {
  private readonly language = vscode.languages.createLanguageStatusItem("unleak", "*");
  private readonly bar = vscode.window.createStatusBarItem("unleak", vscode.StatusBarAlignment.Right, 50);

  constructor() {
    this.language.name = this.bar.name = "Unleak";
    this.bar.command = "unleak.leaks.focus";
    this.show({ state: "working", message: vscode.l10n.t("starting"), flagged: 0 });
    this.bar.show();
  }

  show(status: Status): void {
    const { state, message, flagged } = status;
    const bad = state === "error";
    this.language.busy = state === "working";
    this.language.text = flagged > 0 ? vscode.l10n.t("Unleak: {0} in open files", flagged) : "Unleak";
    this.language.detail = message || state;
    const { Error: error, Warning: warning, Information: information } = vscode.LanguageStatusSeverity;
    this.language.severity = bad ? error : state === "offline" ? warning : information;
    const [command, title] = bad ? ["unleak.showOutput", vscode.l10n.t("Show Output")] : ["unleak.leaks.focus", vscode.l10n.t("Show Leaks")];
    this.language.command = { command, title };
    this.bar.text = `$(${bad ? "error" : "shield"})${flagged > 0 ? ` ${flagged}` : ""}`;
    this.bar.tooltip = `Unleak: ${message || state}`;
    this.bar.accessibilityInformation = { label: `${this.language.text}, ${message || state}` };
    this.bar.backgroundColor = bad ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
  }

  dispose(): void {
    this.language.dispose();
    this.bar.dispose();
  }
}
