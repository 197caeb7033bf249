// @latchkey in VS Code's own chat: answers with the routed model, /explain, /estimate, /why; the same spine and the same budgets.
import * as vscode from "vscode";
import type { Message } from "../shared/chat.ts";
import { RouteDecision } from "../shared/route.ts";
import { attachDocument, attachUri, type Attached } from "./attachment.ts";
import type { Chats } from "./chats.ts";
import type { Choice } from "./choice.ts";
import { decimal, usd } from "./figures.ts";
import { questions } from "./prompts.ts";
import { quoteView } from "./quotes.ts";
import { VENDOR } from "./registered-ids.ts";
import { failureView, isCancelled } from "./repairs.ts";
import { subjectAt } from "./selection.ts";
import type { Sidecar } from "./sidecar.ts";

export interface ParticipantParts {
  readonly sidecar: Sidecar;
  readonly chats: Chats;
  readonly choice: Choice;
}

export async function answerParticipant(
  parts: ParticipantParts,
  request: vscode.ChatRequest,
  context: vscode.ChatContext,
  stream: vscode.ChatResponseStream,
  token: vscode.CancellationToken,
): Promise<vscode.ChatResult> {
  try {
    if (request.command === "why") return why(context, stream);
    const messages = [...historyOf(context), await questionOf(request)];
    const model = request.model.vendor === VENDOR ? request.model.id : parts.choice.model;
    const draft = { messages, model, policy: parts.choice.policy, editor: { command: `@latchkey ${request.command ?? ""}`.trim() } };
    if (request.command === "estimate") return await estimate(parts, draft, stream, token);
    const result = await parts.chats.send(draft, (event) => event.type === "text-delta" && stream.markdown(event.text), token);
    stream.markdown(`\n\n---\n*${[result.model, usd(result.cost.nanoUsd), result.notice].filter(Boolean).join(" · ")}*`);
    return { metadata: { route: result.route } };
  } catch (error) {
    if (isCancelled(error)) return {};
    const { message, kind } = failureView(error);
    if (kind === "keyMissing" || kind === "keyRejected") stream.button({ command: "latchkey.setKey", title: vscode.l10n.t("Set Key") });
    return { errorDetails: { message } };
  }
}

async function estimate(
  { sidecar }: ParticipantParts,
  draft: { messages: Message[]; model: string; policy: Choice["policy"] },
  stream: vscode.ChatResponseStream,
  token: vscode.CancellationToken,
): Promise<vscode.ChatResult> {
  const quote = await sidecar.call("chat/estimate", draft, token);
  const first = quoteView(quote);
  if (first.problem) stream.markdown(first.problem);
  const rows = quote.candidates
    .slice(0, 10)
    .map(
      ({ model, p50NanoUsd, worstNanoUsd, cachedShare }) =>
        `| ${model} | ${usd(p50NanoUsd)} | ${usd(worstNanoUsd)} | ${Math.round((cachedShare ?? 0) * 100)} % |`,
    );
  const head = `| ${[vscode.l10n.t("Model"), vscode.l10n.t("Likely"), vscode.l10n.t("At most"), vscode.l10n.t("From cache")].join(" | ")} |`;
  stream.markdown(
    `${vscode.l10n.t("{0} tokens would be sent; nothing was.", quote.inputTokens)}\n\n${[head, "| --- | ---: | ---: | ---: |", ...rows].join("\n")}`,
  );
  return {};
}

/** The decision behind this talk's last answer, as it was made then. */
function why({ history }: vscode.ChatContext, stream: vscode.ChatResponseStream): vscode.ChatResult {
  const decisions = history.flatMap((turn) => {
    const route = turn instanceof vscode.ChatResponseTurn ? RouteDecision.safeParse(turn.result.metadata?.route) : undefined;
    return route?.success ? [route.data] : [];
  });
  const route = decisions.at(-1);
  if (!route) {
    stream.markdown(vscode.l10n.t("Nothing was answered in this chat yet; ask @latchkey first."));
    return {};
  }
  const rows = route.candidates
    .slice(0, 10)
    .map(({ model, score, estimate: { p50NanoUsd } }) => `| ${model} | ${decimal(Number(score.toPrecision(3)))} | ${usd(p50NanoUsd)} |`);
  const head = `| ${[vscode.l10n.t("Model"), vscode.l10n.t("Score"), vscode.l10n.t("Likely")].join(" | ")} |`;
  const table = [head, "| --- | ---: | ---: |", ...rows].join("\n");
  stream.markdown([route.because, table, exclusionsOf(route)].filter(Boolean).join("\n\n"));
  return { metadata: { route } };
}

/** What a person could do nothing about is a line each; providers that only lack a key are one line together. */
function exclusionsOf({ excluded }: RouteDecision): string {
  const keyless = new Set(excluded.flatMap(({ model, rule }) => (rule === "key" ? [model.split("/", 1)[0] ?? model] : [])));
  const lines = excluded.filter(({ rule }) => rule !== "key").map(({ model, reason }) => `- ${model}: ${reason}`);
  const last = keyless.size > 0 ? [`- ${vscode.l10n.t("No key is set for {0}.", [...keyless].join(", "))}`] : [];
  return [...lines.slice(0, 20), ...last].join("\n");
}

async function questionOf({ prompt, command, references }: vscode.ChatRequest): Promise<Message> {
  const attached: Attached[] = [];
  for (const { value } of references) {
    if (value instanceof vscode.Uri) attached.push(await attachUri(value));
    if (value instanceof vscode.Location) attached.push(attachDocument(await vscode.workspace.openTextDocument(value.uri), value.range));
  }
  const subject = command === "explain" && attached.length === 0 ? await subjectAt() : undefined;
  if (subject) attached.push(attachDocument(subject.document, subject.range));
  const text = [command === "explain" ? questions().explain.text : "", prompt].filter(Boolean).join("\n\n");
  return { role: "user", parts: [...attached.map(({ part }) => part), { type: "text", text }] };
}

function historyOf({ history }: vscode.ChatContext): Message[] {
  return history.flatMap((turn): Message[] => {
    if (turn instanceof vscode.ChatRequestTurn) return [{ role: "user", parts: [{ type: "text", text: turn.prompt }] }];
    const text = turn.response.map((part) => (part instanceof vscode.ChatResponseMarkdownPart ? part.value.value : "")).join("");
    // The line with model and cost was written for the reader.
    const own = text.replace(/\n\n---\n\*[^\n]*\*$/, "");
    return own === "" ? [] : [{ role: "assistant", parts: [{ type: "text", text: own }] }];
  });
}
