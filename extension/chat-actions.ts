// Commands about the chat itself and what a panel may ask for: open, new, history, stop, retry, fork, attach, repair.
import * as vscode from "vscode";
import type { ImageCorrection, Repair } from "../shared/panel.ts";
import { IMAGE_FILTER } from "./ask-actions.ts";
import { attachDocument, attachUri } from "./attachment.ts";
import type { PanelIntents } from "./chat-panel.ts";
import type { ChatViews } from "./chat-views.ts";
import { type CommandName, commandId } from "./commands.ts";
import type { CodeBlocks } from "./code-blocks.ts";
import type { Conversation } from "./conversation.ts";
import type { Conversations, Headline } from "./conversations.ts";
import { moment } from "./figures.ts";
import { corrected } from "./image-text.ts";
import type { Models } from "./models.ts";
import type { Sidecar } from "./sidecar.ts";

export interface ChatParts {
  readonly conversations: Conversations;
  readonly models: Models;
  readonly codeBlocks: CodeBlocks;
  readonly sidecar: Sidecar;
  /** Late, since the views are built with the intents that need them. */
  views(): ChatViews;
}

export function chatActions(parts: ChatParts) {
  const { conversations, models } = parts;
  return {
    openChat: () => parts.views().reveal("prompt"),
    openChatInEditor: async () => parts.views().openInEditor(parts.views().current),
    newChat: () => parts.views().show(conversations.create()),
    openHistory: () => openHistory(parts),
    stop: async () => conversations.stopAll(),
    retry: () => retry(parts),
    retryWithOtherModel: () => retryLastWithOtherModel(parts),
    focusLastAnswer: () => parts.views().reveal("answer"),
    focusPrompt: () => parts.views().reveal("prompt"),
    chooseModel: () => models.choose(),
    choosePolicy: () => models.choosePolicy(),
  };
}

export function panelIntents(parts: ChatParts): PanelIntents {
  return {
    command: runCommand,
    attach: (conversation, what) => attach(parts, conversation, what),
    retryWithOtherModel: (conversation, answerId) => retryWithOtherModel(parts, conversation, answerId),
    correctImage: (conversation, answerId, correction) => correctImage(parts, conversation, answerId, correction),
    repair: (conversation, answerId, repair) => mend(parts, conversation, answerId, repair),
    fork: (conversation, turnId) => void parts.views().show(parts.conversations.fork(conversation, turnId)),
  };
}

export async function runCommand(name: CommandName, ...given: unknown[]): Promise<void> {
  await vscode.commands.executeCommand(commandId(name), ...given);
}

async function openHistory({ conversations, views }: ChatParts): Promise<void> {
  const forget = { iconPath: new vscode.ThemeIcon("trash"), tooltip: vscode.l10n.t("Delete") };
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { headline: Headline }>();
  const load = async () => {
    pick.busy = true;
    const { id } = views().current.transcript;
    const earlier = (await conversations.list()).filter((headline) => headline.id !== id);
    pick.items = earlier.map((headline) => ({
      label: headline.title,
      description: moment(headline.updatedAt),
      buttons: [forget],
      headline,
    }));
    pick.busy = false;
  };
  pick.title = vscode.l10n.t("Earlier chats");
  pick.placeholder = vscode.l10n.t("Chats are kept on this machine alone");
  pick.onDidTriggerItemButton(async ({ item }) => {
    await conversations.remove(item.headline.id);
    await load();
  });
  pick.onDidAccept(async () => {
    const [chosen] = pick.selectedItems;
    // Enter before the list has come is no choice.
    if (!chosen) return;
    pick.hide();
    await views().show(await conversations.open(chosen.headline.id));
  });
  pick.onDidHide(() => pick.dispose());
  pick.show();
  await load();
}

async function retry({ views }: ChatParts): Promise<void> {
  const { current } = views();
  if (current.lastAnswer) await current.retry(current.lastAnswer.id);
}

async function retryLastWithOtherModel(parts: ChatParts): Promise<void> {
  const { current } = parts.views();
  if (current.lastAnswer) await retryWithOtherModel(parts, current, current.lastAnswer.id);
}

async function retryWithOtherModel({ models }: ChatParts, conversation: Conversation, answerId: string): Promise<void> {
  const model = await models.pick(vscode.l10n.t("Ask again with which model?"), true);
  if (model) await conversation.retry(answerId, model);
}

async function attach({ codeBlocks }: ChatParts, conversation: Conversation, what: "file" | "selection" | "image"): Promise<void> {
  if (what === "selection") {
    const { editor } = codeBlocks;
    if (!editor) throw new Error(vscode.l10n.t("No editor is open."));
    conversation.attach(attachDocument(editor.document, editor.selection.isEmpty ? undefined : editor.selection));
    return;
  }
  const options = { canSelectMany: true, ...(what === "image" ? { filters: IMAGE_FILTER } : {}) };
  for (const uri of (await vscode.window.showOpenDialog(options)) ?? []) conversation.attach(await attachUri(uri));
}

/** The corrected words take the place of the old ones before the question is asked again with them. */
async function correctImage(
  { sidecar }: ChatParts,
  conversation: Conversation,
  answerId: string,
  correction: ImageCorrection,
): Promise<void> {
  const image = conversation.answer(answerId)?.images?.find(({ id }) => id === correction.id);
  if (!image) return;
  await sidecar.call("image/correct", { id: image.id, description: corrected(image.description, correction) });
  await conversation.retry(answerId);
}

async function mend(parts: ChatParts, conversation: Conversation, answerId: string, repair: Repair["id"]): Promise<void> {
  switch (repair) {
    case "retry":
      return void (await conversation.retry(answerId));
    case "continue":
      return void (await conversation.ask({ text: vscode.l10n.t("Continue exactly where you stopped; repeat nothing.") }));
    case "chooseModel":
      return retryWithOtherModel(parts, conversation, answerId);
    case "setKey":
      return runCommand("setKey", conversation.answer(answerId)?.failure?.provider);
    case "setBudget":
    case "showLog":
      return runCommand(repair);
    case "restart":
      return runCommand("restartSidecar");
  }
}
