// A kept conversation as a document for people, and as JSON that loses nothing; pure.
import type { Message, Part } from "../../shared/chat.ts";
import type { ConversationEntry, ConversationHead, KeptAnswer } from "../../shared/conversation.ts";
import { formatUsd, tokensInWords } from "../../shared/money.ts";

export function asJson(conversation: ConversationHead, entries: readonly ConversationEntry[]): string {
  return `${JSON.stringify({ latchkey: "conversation", version: 1, conversation, entries }, null, 2)}\n`;
}

export function asMarkdown(conversation: ConversationHead, entries: readonly ConversationEntry[]): string {
  const { title, createdAt, updatedAt, workspace, costNanoUsd } = conversation;
  const facts = [`Begun ${createdAt}`, `last ${updatedAt}`, ...(workspace ? [workspace] : []), `cost ${formatUsd(costNanoUsd)}`];
  const said = entries.flatMap(({ message, answer }) => (message ? [section(message, answer)] : []));
  return `${[`# ${title.replace(/\s+/g, " ") || "Conversation"}`, `*${facts.join(" · ")}*`, ...said].join("\n\n")}\n`;
}

function section(message: Message, answer: KeptAnswer | undefined): string {
  const who = { system: "Instructions", user: "You", tool: "Tool results", assistant: answer?.model ?? "Assistant" }[message.role];
  const cost = answer?.cost ? [formatUsd(answer.cost.nanoUsd)] : [];
  const end = answer?.stopReason && answer.stopReason !== "end" ? [answer.stopReason] : [];
  const tokens = answer?.usage ? [tokensInWords(answer.usage)] : [];
  const facts = [...cost, ...tokens, ...end, ...(answer?.notice ? [answer.notice] : [])];
  return [`## ${who}`, ...message.parts.map(block), ...(facts.length > 0 ? [`*${facts.join(" · ")}*`] : [])]
    .filter((text) => text !== "")
    .join("\n\n");
}

function block(part: Part): string {
  switch (part.type) {
    case "text":
      return part.text;
    case "image":
      return part.url
        ? `![image](${part.url})`
        : `*(${part.mediaType ?? "image"}, ${Math.round(((part.data ?? "").length * 3) / 4096)} KiB)*`;
    case "reasoning":
      return part.text === "" ? "" : quoted(`Thinking: ${part.text}`);
    case "toolCall":
      return `Called \`${part.name}\`:\n\n${fenced(part.rawArguments ?? JSON.stringify(part.arguments, null, 2), "json")}`;
    case "toolResult":
      return `${part.isError ? "Failed" : "Result"}:\n\n${part.parts.map((inner) => (inner.type === "text" ? fenced(inner.text, "") : block(inner))).join("\n\n")}`;
  }
}

function quoted(text: string): string {
  return text.replace(/^/gm, "> ");
}

/** The fence is longer than any in the text. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
