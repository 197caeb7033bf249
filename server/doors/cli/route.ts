// `latchkey route`: the decision for a prompt as a table; nothing is sent.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import * as z from "zod/mini";
import { Message } from "../../../shared/chat.ts";
import { formatUsd } from "../../../shared/money.ts";
import { Policy, type RouteDecision, TaskType } from "../../../shared/route.ts";
import { fileAsText, imageAsPart, readStdin } from "./attach.ts";
import { EXIT, textOption, textOptions, UsageError, type Verb, type VerbArguments, type VerbContext } from "./verb.ts";

const MOST_ROWS = 12;

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
  const maxCost = textOption(given, "max-cost");
  return {
    chatId: randomUUID(),
    conversationId: textOption(given, "conversation"),
    messages: [
      ...(await messagesFrom(context, textOption(given, "messages"))),
      { role: "user" as const, parts: [{ type: "text" as const, text }, ...images] },
    ],
    model: textOption(given, "model"),
    policy: Policy.options.find((policy) => policy === textOption(given, "policy")),
    taskType: TaskType.options.find((task) => task === textOption(given, "task")),
    maxCostUsd: maxCost === undefined ? undefined : Number(maxCost),
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

/** The decision for people: tier and signals, candidates with their parts, exclusions with their reasons. */
export function decisionTable(decision: RouteDecision): string {
  const signals = decision.signals.map((signal) => `${signal.name} ${signal.points >= 0 ? "+" : ""}${signal.points}`).join(", ");
  const lines = [
    `tier: ${decision.tier}${decision.cognitiveTier ? ` (${decision.cognitiveTier})` : ""}   policy: ${decision.policy}${decision.degraded ? "   (static order: no price or score is known)" : ""}`,
    `signals: ${signals || "none"}`,
    `choice: ${decision.because}`,
    "",
    `${"model".padEnd(48)} ${"score".padStart(8)}  ${"p50".padStart(10)}  ${"worst".padStart(10)}  parts`,
  ];
  for (const candidate of decision.candidates.slice(0, MOST_ROWS)) {
    const parts = Object.entries(candidate.parts).map(([name, value]) => `${name} ${Number(value.toPrecision(3))}`);
    const { p50NanoUsd, worstNanoUsd } = candidate.estimate;
    lines.push(
      `${candidate.model.padEnd(48)} ${candidate.score.toPrecision(4).padStart(8)}  ${formatUsd(p50NanoUsd).padStart(10)}  ${formatUsd(worstNanoUsd).padStart(10)}  ${parts.join(", ")}`,
    );
  }
  if (decision.candidates.length > MOST_ROWS) lines.push(`… and ${decision.candidates.length - MOST_ROWS} more candidates`);
  if (decision.excluded.length > 0) lines.push("", ...excludedByReason(decision));
  return lines.join("\n");
}

function excludedByReason(decision: RouteDecision): string[] {
  const groups = new Map<string, string[]>();
  for (const { model, reason } of decision.excluded) groups.set(reason, [...(groups.get(reason) ?? []), model]);
  return [...groups].map(([reason, models]) => {
    const shown = models.slice(0, 3).join(", ");
    return `excluded: ${reason}: ${shown}${models.length > 3 ? ` and ${models.length - 3} more` : ""}`;
  });
}
