// `latchkey route`: the decision for a prompt as a table; nothing is sent.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import * as z from "zod/mini";
import { Message } from "../../../shared/chat.ts";
import { Policy, TaskType } from "../../../shared/route.ts";
import { decisionTable } from "./decision-table.ts";
import { fileAsText, imageAsPart, readStdin } from "./attach.ts";
import { EXIT, numberOption, oneOf, textOption, textOptions, UsageError, type Verb, type VerbArguments, type VerbContext } from "./verb.ts";

export const route: Verb = {
  summary: "Show which model a prompt would go to, and why",
  usage: '"…" [--file F]… [--image F]… [--policy P] [--task T] [--schema] [--tools] [--max-cost USD] [--json]',
  options: {
    file: { type: "string", multiple: true, short: "f" },
    image: { type: "string", multiple: true, short: "i" },
    model: { type: "string", short: "m" },
    policy: { type: "string" },
    task: { type: "string" },
    schema: { type: "boolean" },
    tools: { type: "boolean" },
    "max-cost": { type: "string" },
    messages: { type: "string" },
    conversation: { type: "string" },
    json: { type: "boolean" },
  },
  optionHelp: {
    "policy P": "cheap, balanced or best",
    "task T": "code, analysis, reasoning, chat, general, agentic or pdf_ocr",
    schema: "as if an answer in a JSON Schema were asked for",
    tools: "as if tools were given",
    "max-cost USD": "a ceiling for the prompt",
    "messages F": "a JSON file with the conversation so far, as chat/send takes it",
    "conversation ID": "the conversation it goes on with: a warm prompt cache counts",
    json: "the whole decision as JSON",
  },
  async run(context, given) {
    const draft = await draftFrom(context, given);
    const house = await context.openHouse("cli");
    try {
      const decision = await house.preview(draft);
      context.print(given.values.json ? JSON.stringify(decision, null, 2) : decisionTable(decision));
      return decision.candidates.length === 0 ? EXIT.noModel : EXIT.ok;
    } finally {
      await house.close();
    }
  },
};

async function draftFrom(context: VerbContext, given: VerbArguments) {
  const files = await Promise.all(textOptions(given, "file").map((file) => fileAsText(context.edge, file)));
  const images = await Promise.all(textOptions(given, "image").map((path) => imageAsPart(context.edge, path)));
  const text = [given.words.join(" "), (await readStdin(context.edge)).trimEnd(), ...files].filter((part) => part !== "").join("\n\n");
  if (text === "" && images.length === 0) throw new UsageError("what should be routed? Give a prompt");
  return {
    chatId: randomUUID(),
    conversationId: textOption(given, "conversation"),
    messages: [
      ...(await messagesFrom(context, textOption(given, "messages"))),
      { role: "user" as const, parts: [{ type: "text" as const, text }, ...images] },
    ],
    model: textOption(given, "model"),
    policy: oneOf(given, "policy", Policy.options),
    taskType: oneOf(given, "task", TaskType.options),
    maxCostUsd: numberOption(given, "max-cost"),
    output: given.values.schema ? { schema: { type: "object" } } : undefined,
    tools: given.values.tools ? [{ name: "example", parameters: { type: "object" } }] : undefined,
  };
}

async function messagesFrom({ edge }: VerbContext, path: string | undefined): Promise<Message[]> {
  if (path === undefined) return [];
  const text = await readFile(resolve(edge.workingFolder, path), "utf8").catch(() => null);
  if (text === null) throw new UsageError(`there is no file ${path}`);
  try {
    return z.parse(z.array(Message), JSON.parse(text));
  } catch {
    throw new UsageError(`${path} is no JSON list of messages ({ role, parts })`);
  }
}
