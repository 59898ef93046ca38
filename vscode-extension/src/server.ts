// The language server: one process for all folders, started over stdio, restarted when it crashes.

import * as vscode from "vscode";
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  RevealOutputChannelOn,
  State,
  WorkDoneProgress,
  WorkDoneProgressCancelNotification,
  type LanguageClientOptions,
} from "vscode-languageclient/node";
import { findPython } from "./python";

type Texts<Names extends string> = Record<Names, string>;
export type Leak = Texts<"id" | "kind" | "rule" | "preview" | "model" | "model_name" | "origin" | "state" | "verdict" | "reason" | "last_seen"> & {
  sightings: number;
};

export type Job = Texts<"id" | "message" | "out" | "error"> & { state: "queued" | "running" | "succeeded" | "failed" | "cancelled" };
export type Model = Texts<"digest" | "name"> & { path: string | null };
export interface Status {
  state: "ready" | "working" | "offline" | "error";
  message: string;
  flagged: number; // findings in open files
}

/** What the server's commands take and give; each takes one object. */
interface Commands {
  "unleak.leaks": [Record<string, never>, Leak[]];
  "unleak.models": [Record<string, never>, Model[]];
  "unleak.confirm": [{ leak?: string; workDoneToken: string }, Job];
  "unleak.erase": [{ leaks: string[]; workDoneToken: string }, Job];
  "unleak.gate": [{ suite: string; model?: string; workDoneToken: string }, Job];
  "unleak.dismiss": [{ leak: string }, unknown];
  "unleak.report": [{ leak: string } | { job: string }, { html: string }];
  "unleak.accepted": [{ uri: string; version: number; text?: string }, unknown];
}

type Settings = Partial<Record<"interpreter" | "acceptTracking" | "engine", object>>;
type Handler = (argument: unknown) => Promise<unknown>;

const TOKEN = "unleak.engine.token";
const SCHEMES = ["file", "untitled", "vscode-notebook-cell", "vscode-vfs", "vscode-remote"];
const CRASHES = 5; // in so many minutes at most, then the user is asked
const MINUTES = 3;

export class Server implements vscode.Disposable {
  readonly output = vscode.window.createOutputChannel("Unleak", { log: true });
  private readonly statusChanged = new vscode.EventEmitter<Status>();
  private readonly leaksChanged = new vscode.EventEmitter<void>();
  private readonly failed = new vscode.EventEmitter<string>();
  readonly onStatus = this.statusChanged.event;
  readonly onLeaks = this.leaksChanged.event;
  /** It has crashed too often: the message says so. */
  readonly onFailed = this.failed.event;
  private client: LanguageClient | undefined;
  private crashes: number[] = [];
  private started = false;
  private tokens = 0;
  private starting: Promise<void> = Promise.resolve(); // one after the other

  /** handlers: commands of the server's that the interface takes over, to ask and to show progress. */
  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly handlers: Record<string, Handler>,
  ) {}

  get running(): boolean {
    return this.client?.state === State.Running;
  }

  /** For tests. */
  get process(): { pid?: number | undefined } | undefined {
    return this.client?.serverProcess;
  }

  /** Throws a Problem where no Python fits, and whatever keeps the server from answering. */
  start(): Promise<void> {
    this.starting = this.starting.catch(() => undefined).then(() => this.startNow());
    return this.starting;
  }

  private async startNow(): Promise<void> {
    await this.stop();
    const python = await findPython(this.context);
    this.output.info(`Python ${python.version.join(".")}, unleak ${python.unleak ?? ""}: ${python.executable}`);
    // -P: the server starts in the workspace, and nothing there may be imported.
    const run = { command: python.executable, args: ["-P", "-m", "unleak.cli", "lsp"] };
    const client = new Client("unleak", "Unleak", run, await this.options());
    client.onNotification("unleak/status", (status: Status) => { this.statusChanged.fire(status); });
    client.onNotification("unleak/leaksChanged", () => { this.leaksChanged.fire(); });
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) this.leaksChanged.fire();
    });
    this.client = client;
    try {
      await client.start();
    } catch {
      await this.stop();
      throw new Error(vscode.l10n.t("The server ended while it was starting; the output says why."));
    }
    this.started = true;
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.started = false;
    this.crashes = [];
    await client?.dispose().catch(() => undefined); // one that never ran cannot be stopped
  }

  async ask<C extends keyof Commands>(command: C, argument: Commands[C][0]): Promise<Commands[C][1]> {
    if (!this.client) throw new Error(vscode.l10n.t("Unleak's server does not run."));
    return (await this.client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [argument] })) as Commands[C][1];
  }

  /** A job of the engine's, with its progress in a notification whose Cancel reaches the engine. */
  async job(title: string, start: (workDoneToken: string) => Promise<Job>): Promise<Job> {
    return vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (progress, cancelled) => {
        const token = `unleak-${++this.tokens}`;
        let done = 0;
        const listening = this.client?.onProgress(WorkDoneProgress.type, token, (value) => {
          if (value.kind === "end") return;
          const percentage = value.percentage ?? done;
          progress.report({ increment: Math.max(0, percentage - done), ...(value.message && { message: value.message }) });
          done = Math.max(done, percentage);
        });
        const stopping = cancelled.onCancellationRequested(() => {
          progress.report({ message: vscode.l10n.t("stopping…") });
          void this.client?.sendNotification(WorkDoneProgressCancelNotification.type, { token });
        });
        try {
          return await start(token);
        } finally {
          listening?.dispose();
          stopping.dispose();
        }
      },
    );
  }

  async setToken(token: string): Promise<void> {
    await (token ? this.context.secrets.store(TOKEN, token) : this.context.secrets.delete(TOKEN));
  }

  dispose(): Promise<void> {
    this.output.dispose();
    return this.stop();
  }

  private async options(): Promise<LanguageClientOptions> {
    const token = await this.context.secrets.get(TOKEN);
    // Traces hold whole messages, and so the user's text: there are none, whatever the log level.
    const quiet = Object.create(this.output, {
      logLevel: { value: vscode.LogLevel.Off },
      onDidChangeLogLevel: { value: () => new vscode.Disposable(() => undefined) },
    }) as vscode.LogOutputChannel;
    return {
      documentSelector: SCHEMES.map((scheme) => ({ scheme })),
      initializationOptions: forServer(vscode.workspace.getConfiguration().get("unleak"), token),
      outputChannel: this.output,
      traceOutputChannel: quiet,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      diagnosticCollectionName: "unleak",
      initializationFailedHandler: () => false,
      errorHandler: {
        error: (_error, _message, count) => ({ action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown, handled: true }),
        closed: () => this.crashed(),
      },
      middleware: {
        executeCommand: (command, args: unknown[], next) => {
          const handler = this.handlers[command];
          return handler ? handler(args[0]) : (next(command, args) as unknown);
        },
        workspace: {
          configuration: async (params, cancel, next) =>
            ((await next(params, cancel)) as (Settings | undefined)[]).map((value, index) =>
              params.items[index]?.section === "unleak" ? forServer(value, token) : value,
            ),
          // Without the settings, so that the server asks for them.
          didChangeConfiguration: async () => {
            await this.client?.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
          },
        },
      },
    };
  }

  /** A crash: at once at first, then after one, two, four seconds; too often, and only the user starts it again. */
  private async crashed(): Promise<{ action: CloseAction; handled: true; message: string }> {
    if (!this.started) return { action: CloseAction.DoNotRestart, handled: true, message: "" };
    const now = Date.now();
    this.crashes = [...this.crashes.filter((at) => now - at < MINUTES * 60_000), now];
    if (this.crashes.length > CRASHES) {
      const message = vscode.l10n.t("Unleak's server stopped {0} times in {1} minutes.", this.crashes.length, MINUTES);
      this.failed.fire(message);
      return { action: CloseAction.DoNotRestart, handled: true, message };
    }
    const wait = this.crashes.length === 1 ? 0 : 500 * 2 ** (this.crashes.length - 1);
    await new Promise((resolve) => setTimeout(resolve, wait));
    return { action: CloseAction.Restart, handled: true, message: vscode.l10n.t("Unleak's server stopped; it is started again.") };
  }
}

/** The token is no setting: it comes from the secret storage. Two settings are the extension's own. */
function forServer({ interpreter: _, acceptTracking: __, ...settings }: Settings = {}, token?: string): object {
  return { ...settings, engine: { ...settings.engine, token: token ?? "" } };
}

/** Its errors go to the output; what the user has to know, the extension says once. */
class Client extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}
