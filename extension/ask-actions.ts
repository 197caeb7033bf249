// The commands that put a question: gather what it is about, show the chat, send; one function a command.
import * as vscode from "vscode";
import type { AnswerTurn, QuoteView } from "../shared/panel.ts";
import type { Attached } from "./attachment.ts";
import { attachDocument, attachUri } from "./attachment.ts";
import type { ChatViews } from "./chat-views.ts";
import type { Chats } from "./chats.ts";
import type { Ask } from "./conversation.ts";
import type { Conversations } from "./conversations.ts";
import { usd } from "./figures.ts";
import { fillTemplate, loadTemplates, type PromptRow, questions, withDiagnostics } from "./prompts.ts";
import { quoteView } from "./quotes.ts";
import { type Subject, subjectAt } from "./selection.ts";
import type { Sidecar } from "./sidecar.ts";
import { workspaceName } from "./sidecar.ts";

export interface AskParts {
  readonly views: ChatViews;
  readonly conversations: Conversations;
  readonly chats: Chats;
  readonly sidecar: Sidecar;
}

export const IMAGE_FILTER = { Images: ["png", "jpg", "jpeg", "gif", "webp"] };

export function askActions(parts: AskParts) {
  return {
    ask: (text?: unknown) => ask(parts, text),
    askAboutFile: (uri?: unknown) => askAboutFile(parts, uri),
    explainSelection: (uri?: unknown, range?: unknown) => askAbout(parts, "explainSelection", questions().explain, uri, range),
    fixSelection: (uri?: unknown, range?: unknown) => askAbout(parts, "fixSelection", questions().fix, uri, range),
    writeTests: (uri?: unknown, range?: unknown) => askAbout(parts, "writeTests", questions().tests, uri, range),
    suggestNames: (uri?: unknown, range?: unknown) => askAbout(parts, "suggestNames", questions().names, uri, range),
    usePrompt: () => applyTemplate(parts),
    estimate: () => estimate(parts),
  };
}

/** With a text (from a key binding or another extension) it is asked at once. */
async function ask(parts: AskParts, given: unknown): Promise<AnswerTurn | undefined> {
  const prompt = vscode.l10n.t("Ask a model; the answer streams into the chat");
  const text = typeof given === "string" ? given : await vscode.window.showInputBox({ title: "Latchkey", prompt, ignoreFocusOut: true });
  return text?.trim() ? send(parts, { text }) : undefined;
}

async function askAboutFile(parts: AskParts, given: unknown): Promise<AnswerTurn | undefined> {
  const uri = given instanceof vscode.Uri ? given : vscode.window.activeTextEditor?.document.uri;
  if (!uri) return undefined;
  const attached = await attachUri(uri);
  const title = vscode.l10n.t("Ask about {0}", attached.view.label);
  const text = await vscode.window.showInputBox({ title, ignoreFocusOut: true, placeHolder: vscode.l10n.t("Explain this file") });
  if (text === undefined) return undefined;
  return send(parts, {
    text: text.trim() || vscode.l10n.t("Explain this file"),
    attached: [attached],
    editor: signals("askAboutFile", attached),
  });
}

async function askAbout(
  parts: AskParts,
  command: string,
  prompt: PromptRow,
  uri: unknown,
  range: unknown,
): Promise<AnswerTurn | undefined> {
  const subject = await subjectAt(uri instanceof vscode.Uri ? uri : undefined, range instanceof vscode.Range ? range : undefined);
  if (!subject) return undefined;
  const attached = attachDocument(subject.document, subject.range);
  return send(parts, {
    text: withDiagnostics(prompt.text, subject),
    attached: [attached],
    editor: signals(command, attached, subject),
    ...(prompt.taskType ? { taskType: prompt.taskType } : {}),
  });
}

async function applyTemplate(parts: AskParts): Promise<AnswerTurn | undefined> {
  const templates = await loadTemplates();
  const items = templates.map((template) => ({ label: template.name, detail: template.description, template }));
  const placeHolder =
    items.length > 0
      ? vscode.l10n.t("Templates of this workspace (.latchkey/prompts)")
      : vscode.l10n.t("No templates: put Markdown files into .latchkey/prompts of a trusted workspace");
  const chosen = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Prompt template"), placeHolder });
  if (!chosen) return undefined;
  const subject = await subjectAt();
  const text = fillTemplate(chosen.template, subject);
  const attached = subject ? [attachDocument(subject.document, subject.range)] : [];
  return send(parts, { text, attached, ...(attached[0] ? { editor: signals("usePrompt", attached[0], subject) } : {}) });
}

/** The price of asking about what is selected, without asking. */
async function estimate({ sidecar, views }: AskParts): Promise<QuoteView | undefined> {
  const subject = await subjectAt();
  if (!subject) return undefined;
  const { part, view } = attachDocument(subject.document, subject.range);
  const { model, policy } = views.current.draftRequest("");
  const messages = [{ role: "user" as const, parts: [part, { type: "text" as const, text: questions().explain.text }] }];
  const quote = quoteView(await sidecar.call("chat/estimate", { messages, model, policy, workspace: workspaceName() }));
  const message =
    quote.problem ??
    vscode.l10n.t(
      "{0}: about {1} with {2}, at most {3} ({4} tokens sent).",
      view.label,
      usd(quote.p50NanoUsd),
      quote.model,
      usd(quote.worstNanoUsd),
      quote.inputTokens,
    );
  void vscode.window.showInformationMessage(message);
  return quote;
}

/**
 * A question from outside the panel begins a new talk, or uses an empty one: what was said before would only be
 * paid for again. Resolves with the settled answer.
 */
async function send({ views, conversations }: AskParts, ask: Ask): Promise<AnswerTurn> {
  if (views.current.transcript.entries.length > 0) await views.show(conversations.create());
  const conversation = views.current;
  await views.reveal("answer");
  return conversation.ask(ask);
}

function signals(command: string, attached: Attached, subject?: Subject) {
  return {
    command,
    ...(attached.languageId ? { languageId: attached.languageId } : {}),
    ...(attached.lines ? { selectionLines: attached.lines } : {}),
    ...(subject ? { diagnostics: subject.diagnostics.length } : {}),
  };
}
