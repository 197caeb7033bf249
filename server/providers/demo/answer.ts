// What the demo says: true, countable facts about the prompt and the files in it; never an imitation of a model.
import { type Attachment, attachmentsIn } from "../../../shared/attachment.ts";
import { type Message, textOf } from "../../../shared/chat.ts";

export const DEMO_LABEL = "demo: no model was called";
const FIRST_LINES = 5;
const MOST_SYMBOLS = 12;

/** The whole answer as Markdown; the same messages always give the same text. */
export function demoAnswer(messages: readonly Message[]): string {
  const last = messages.filter((message) => message.role === "user").at(-1);
  const text = last ? textOf(last) : "";
  const files = attachmentsIn(text);
  const images = last?.parts.filter((part) => part.type === "image").length ?? 0;
  const question = withoutFiles(text, files).trim();
  return [
    `*${DEMO_LABEL}.* Latchkey has no key and found no local model, so here is what it can say by itself.`,
    describePrompt(question, files.length, images),
    ...files.map(describeFile),
    "Set a key (`latchkey keys set openai`, or *Latchkey: Set Key…* in VS Code) or start Ollama, LM Studio or llama.cpp to get a real answer.",
  ].join("\n\n");
}

function describePrompt(question: string, files: number, images: number): string {
  const words = question.split(/\s+/).filter(Boolean).length;
  const shown = question.length > 200 ? `${question.slice(0, 200)}…` : question;
  const extras = [count(files, "file"), count(images, "image")].filter(Boolean).join(" and ");
  return `**Your prompt** (${count(words, "word") || "no words"}${extras ? `, with ${extras}` : ""}): ${shown || "(empty)"}`;
}

function describeFile(file: Attachment): string {
  const lines = file.text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const blank = lines.filter((line) => line.trim() === "").length;
  const symbols = symbolsOf(file.text);
  const where = file.lines ? `, lines ${file.lines.from} to ${file.lines.to}` : "";
  const more = symbols.length > MOST_SYMBOLS ? `, and ${symbols.length - MOST_SYMBOLS} more` : "";
  const named = symbols.length > 0 ? `${symbols.slice(0, MOST_SYMBOLS).map(code).join(", ")}${more}` : "none found";
  return [
    `**${file.path}**${where}`,
    `- language: ${file.languageId || "not stated"}`,
    `- size: ${lines.length} lines (${blank} blank), ${file.text.length} characters`,
    `- symbols: ${named}`,
    `- first lines:\n\n${fenced(lines.slice(0, FIRST_LINES).join("\n"), file.languageId)}`,
  ].join("\n");
}

const DECLARATIONS: readonly RegExp[] = [
  /^[ \t]*(?:export[ \t]+)?(?:default[ \t]+)?(?:async[ \t]+)?function\*?[ \t]+([A-Za-z_$][\w$]*)/gm,
  /^[ \t]*(?:export[ \t]+)?(?:abstract[ \t]+)?(?:class|interface|enum|struct|trait|module|namespace|type)[ \t]+([A-Za-z_$][\w$]*)/gm,
  /^export[ \t]+(?:const|let|var)[ \t]+([A-Za-z_$][\w$]*)/gm,
  /^[ \t]*(?:async[ \t]+)?def[ \t]+([A-Za-z_]\w*)/gm,
  /^[ \t]*(?:pub(?:\([a-z]+\))?[ \t]+)?(?:async[ \t]+)?fn[ \t]+([A-Za-z_]\w*)/gm,
  /^func[ \t]+(?:\([^)\n]{0,80}\)[ \t]*)?([A-Za-z_]\w*)/gm,
];

/** Names that are declared in a file, in order of appearance, each once. */
export function symbolsOf(text: string): string[] {
  const found: { at: number; name: string }[] = [];
  for (const pattern of DECLARATIONS) {
    for (const match of text.matchAll(pattern)) found.push({ at: match.index, name: match[1] ?? "" });
  }
  found.sort((left, right) => left.at - right.at);
  return [...new Set(found.map((symbol) => symbol.name))];
}

function withoutFiles(text: string, files: readonly Attachment[]): string {
  return files.length === 0 ? text : text.slice(0, Math.max(0, text.indexOf(`File: ${files[0]?.path ?? ""}`)));
}

function count(number: number, noun: string): string {
  if (number === 0) return "";
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function code(name: string): string {
  return `\`${name}\``;
}

function fenced(text: string, languageId: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${languageId}\n${text}\n${fence}`;
}
