// One action on one selection: asks the spine, shows progress, puts the answer where it belongs and says what it cost.
import { randomUUID } from "node:crypto";
import type { ChatEventBody, ChatResult } from "../../../shared/chat.ts";
import { isFailure } from "../../../shared/failure.ts";
import { formatUsd } from "../../../shared/money.ts";
import type { ChatRequest } from "../../../shared/protocol.ts";
import type { House } from "../../house.ts";
import { ACTIONS, type ActionId, type ActionRow, codeIn, lastLine, nameOf, promptFor, type Selection } from "./actions.ts";
import { isSoftRefusal } from "../soft-limit.ts";
import { type LanguageClient, MESSAGE } from "./client.ts";
import { textIn } from "./documents.ts";
import type { Explanations } from "./explanations.ts";
import type { Pages } from "./pages.ts";
import type { Progress, ProgressBoard } from "./progress.ts";

export interface WorkParts {
  readonly house: Promise<House>;
  readonly client: LanguageClient;
  readonly board: ProgressBoard;
  readonly pages: Pages;
  readonly explanations: Explanations;
  readonly editor: string;
  readonly workspace: string | undefined;
  /** The prompt that a soft limit refused last: asked for again at once, it is sent. */
  readonly refused: Set<string>;
}

/** What executeCommand answers; plain clients ignore it, glue shows it. */
export interface WorkResult {
  readonly text: string;
  readonly model: string;
  readonly costNanoUsd: number | null;
  readonly stopReason: string;
  /** The page the answer stands on, or the document that was changed. */
  readonly uri: string | null;
}

export async function actOn(
  parts: WorkParts,
  id: ActionId,
  selection: Selection,
  { signal, token }: { signal: AbortSignal; token: string | number | undefined },
): Promise<WorkResult> {
  const row: ActionRow = ACTIONS[id];
  const request: ChatRequest = {
    chatId: randomUUID(),
    messages: [{ role: "user", parts: [{ type: "text", text: promptFor(row, selection) }] }],
    taskType: "code",
    ...(parts.workspace ? { workspace: parts.workspace } : {}),
    editor: {
      languageId: selection.document.languageId,
      selectionLines: lastLine(selection.range) - selection.range.start.line + 1,
      diagnostics: selection.problems.length,
      command: id,
    },
  };
  const result = await asked(parts, request, `Latchkey: ${row.title}`, signal, token);
  const stopped = result.stopReason === "cancelled";
  if (stopped) parts.client.showMessage(MESSAGE.info, `Latchkey: ${row.title}: stopped (${costLine(result)})`);
  const uri = stopped ? null : await place(parts, row, selection, result);
  return { text: result.text, model: result.model, costNanoUsd: result.cost.nanoUsd, stopReason: result.stopReason, uri };
}

/** Sends one prompt with progress that can be cancelled; what fails is said to the user and thrown to the caller. */
export async function asked(
  parts: WorkParts,
  request: ChatRequest,
  title: string,
  signal: AbortSignal,
  token: string | number | undefined,
): Promise<ChatResult> {
  const progress = await parts.board.begin(title, token);
  const either = AbortSignal.any([signal, progress.signal]);
  const name = JSON.stringify(request.messages);
  const again = parts.refused.delete(name);
  const confirmed: ChatRequest = again ? { ...request, overSoftLimit: "proceed" } : request;
  try {
    const result = await (await parts.house).send(confirmed, { editor: parts.editor, signal: either, emit: reporter(progress) });
    progress.end(costLine(result));
    return result;
  } catch (error) {
    progress.end(isFailure(error) ? error.kind : "failed");
    const soft = isSoftRefusal(error);
    parts.refused.clear();
    if (soft) parts.refused.add(name);
    const way = soft ? " Run the same once more to send it anyway." : "";
    const message = isFailure(error) ? `${error.message}${way}` : "something went wrong; the log has the details.";
    parts.client.showMessage(MESSAGE.error, `Latchkey: ${message}`);
    throw error;
  }
}

function reporter(progress: Progress): (event: ChatEventBody) => undefined {
  let model = "";
  let characters = 0;
  return (event) => {
    if (event.type === "start") model = event.model;
    if (event.type === "text-delta") characters += event.text.length;
    if (event.type === "waiting") progress.report(event.message);
    else if (model !== "") progress.report(`${model}, ${characters} characters`);
    return undefined;
  };
}

export function costLine({ model, cost, stopReason, notice }: ChatResult): string {
  const incomplete = stopReason === "end" ? "" : `, ${stopReason}`;
  return `${model}, ${formatUsd(cost.nanoUsd)}${incomplete}${notice ? ` (${notice})` : ""}`;
}

async function place(parts: WorkParts, row: ActionRow, selection: Selection, result: ChatResult): Promise<string | null> {
  const { document, range } = selection;
  const code = textIn(document.text, range);
  const whole = result.stopReason === "end";
  const replacement = row.answer === "replace" && whole ? codeIn(result.text, code) : null;
  if (replacement !== null) return replaceSelection(parts, row, selection, replacement, result);
  const page = `${result.text.trimEnd()}\n\n---\n${costLine(result)}\n`;
  if (row.hover && whole) parts.explanations.keep(document.uri, code, page);
  const uri = await parts.pages.show(`${row.title.toLowerCase().replace(/\W+/g, "-")}-${nameOf(document.uri).replace(/\W+/g, "-")}`, page);
  const where = uri === null ? firstLine(result.text) : `in ${nameOf(uri)}`;
  parts.client.showMessage(MESSAGE.info, `Latchkey: ${row.title}: ${where} (${costLine(result)})`);
  return uri;
}

async function replaceSelection(parts: WorkParts, row: ActionRow, selection: Selection, newText: string, result: ChatResult) {
  const { document, range } = selection;
  const { uri, version } = document;
  const edits = [{ range, newText }];
  // The version makes a client refuse an edit to text that was changed meanwhile.
  const edit = parts.client.can.documentChanges
    ? { documentChanges: [{ textDocument: { uri, version }, edits }] }
    : { changes: { [uri]: edits } };
  const { applied, reason } = await parts.client.applyEdit(`Latchkey: ${row.title}`, edit);
  if (applied) parts.client.showMessage(MESSAGE.info, `Latchkey: ${row.title} (${costLine(result)})`);
  else parts.client.showMessage(MESSAGE.warning, `Latchkey: ${row.title}: the edit was not applied${reason ? ` (${reason})` : ""}.`);
  return applied ? uri : parts.pages.show(row.title.toLowerCase(), result.text);
}

function firstLine(text: string): string {
  const line = text.trim().split("\n", 1)[0] ?? "";
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
