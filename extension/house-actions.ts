// Commands about the house itself: the sidecar, the log, prices, the commit message, and changes that wait for a yes.
import * as vscode from "vscode";
import type { ResultOf } from "../shared/protocol.ts";
import type { Chats } from "./chats.ts";
import type { Choice } from "./choice.ts";
import type { Dashboard } from "./dashboard.ts";
import type { Log } from "./log.ts";
import { PROMPTS } from "./prompts.ts";
import type { Proposals } from "./proposal.ts";
import type { Sidecar } from "./sidecar.ts";

export interface HouseParts {
  readonly sidecar: Sidecar;
  readonly chats: Chats;
  readonly choice: Choice;
  readonly proposals: Proposals;
  readonly dashboard: Dashboard;
  readonly log: Log;
}

export function houseActions(parts: HouseParts) {
  const { sidecar, proposals, dashboard, log } = parts;
  return {
    restartSidecar: () => restartSidecar(sidecar),
    showLog: async () => log.show(),
    openDashboard: () => dashboard.open(),
    refreshModels: () => refreshModels(sidecar),
    writeCommitMessage: (source?: unknown) => writeCommitMessage(parts, source),
    acceptChange: () => proposals.accept(),
    discardChange: () => proposals.discard(),
  };
}

async function restartSidecar(sidecar: Sidecar): Promise<void> {
  const title = vscode.l10n.t("Restarting the sidecar…");
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () => sidecar.restart());
  vscode.window.setStatusBarMessage(vscode.l10n.t("Latchkey: the sidecar was restarted"), 4000);
}

async function refreshModels(sidecar: Sidecar): Promise<ResultOf<"model/refresh">> {
  const title = vscode.l10n.t("Fetching models and prices…");
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  const refreshed = await vscode.window.withProgress(options, (_, token) => sidecar.call("model/refresh", {}, token));
  const { added, changed, ghosts, rejected } = refreshed;
  void vscode.window.showInformationMessage(
    vscode.l10n.t("Models: {0} new, {1} changed, {2} gone, {3} implausible figures refused.", added, changed, ghosts, rejected.length),
  );
  return refreshed;
}

/** The little of the built-in Git extension's interface that is used here. */
interface Repository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
  diff(cached?: boolean): Promise<string>;
}

const DIFF_LENGTH_MAX = 200_000;

async function writeCommitMessage({ chats, choice }: HouseParts, source: unknown): Promise<void> {
  const repository = await repositoryFor(source);
  if (!repository) return;
  const staged = await repository.diff(true);
  const diff = (staged || (await repository.diff(false))).slice(0, DIFF_LENGTH_MAX);
  if (diff === "") throw new Error(vscode.l10n.t("Nothing has changed since the last commit."));
  const text = `${PROMPTS.commitMessage.text}\n\n\`\`\`\`diff\n${diff}\n\`\`\`\``;
  const options = {
    location: vscode.ProgressLocation.SourceControl,
    title: vscode.l10n.t("Writing the commit message…"),
    cancellable: true,
  };
  await vscode.window.withProgress(options, async (_, token) => {
    const draft = {
      messages: [{ role: "user" as const, parts: [{ type: "text" as const, text }] }],
      model: choice.model,
      policy: choice.policy,
      editor: { command: "writeCommitMessage" },
    };
    const result = await chats.send(draft, () => undefined, token);
    if (result.stopReason === "end") repository.inputBox.value = withoutFence(result.text);
  });
}

async function repositoryFor(source: unknown): Promise<Repository | undefined> {
  const git = vscode.extensions.getExtension<{ getAPI(version: 1): { repositories: Repository[] } }>("vscode.git");
  const { repositories } = (await git?.activate())?.getAPI(1) ?? { repositories: [] };
  const root = typeof source === "object" && source !== null && "rootUri" in source ? String(source.rootUri) : undefined;
  return repositories.find(({ rootUri }) => rootUri.toString() === root) ?? repositories[0];
}

function withoutFence(text: string): string {
  return text.trim().replace(/^```\w*\n([\s\S]*?)\n```$/, "$1");
}
