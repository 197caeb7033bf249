// The tools of the MCP door: what each takes and gives, as schemas, and what it asks of the house.
import { randomUUID } from "node:crypto";
import * as z from "zod/mini";
import type { ChatEventBody, ChatResult, ImagePart, Part } from "../../../shared/chat.ts";
import { ImageDescription, ImagePurpose } from "../../../shared/image.ts";
import { formatUsd, NANO_PER_USD } from "../../../shared/money.ts";
import type { ChatRequest } from "../../../shared/protocol.ts";
import { Policy } from "../../../shared/route.ts";
import type { House } from "../../house.ts";
import { sendAsking, withWay } from "../soft-limit.ts";
import type { ImageFile } from "./image-file.ts";

export interface ToolCall {
  readonly house: House;
  readonly editor: string;
  readonly signal: AbortSignal;
  readonly readImage: ImageFile;
  /** Tells the client how far it is, when it asked to be told. */
  report(message: string): Promise<void>;
  /** Puts a question to the person behind the client; false where the client cannot ask. */
  confirm(message: string): Promise<boolean>;
}

export interface ToolAnswer {
  readonly text: string;
  readonly structured: Record<string, unknown>;
  readonly isError?: boolean;
}

export interface Tool {
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodMiniType;
  readonly output: z.ZodMiniType;
  /** True for those that spend nothing. */
  readonly readOnly: boolean;
  run(given: unknown, call: ToolCall): Promise<ToolAnswer>;
}

const usd = z.nullable(z.number());
const prompt = {
  prompt: z.string().check(z.minLength(1), z.describe("What to ask")),
  system: z.optional(z.string().check(z.describe("Instructions that come before the prompt"))),
  model: z.optional(z.string().check(z.describe("auto (the default) routes; provider/model-id pins one"))),
  policy: z.optional(Policy.check(z.describe("How price is traded against quality when routing"))),
};
const Ask = z.object({
  ...prompt,
  maxCostUsd: z.optional(z.number().check(z.gte(0), z.describe("Refuse to spend more than this, in US dollars"))),
  maxOutputTokens: z.optional(z.int().check(z.gte(1))),
});
const Answer = z.object({ text: z.string(), model: z.string(), stopReason: z.string(), costUsd: usd, costProvenance: z.string() });
const Estimate = z.object(prompt);
const Quotes = z.object({
  inputTokens: z.int(),
  candidates: z.array(z.object({ model: z.string(), p50Usd: usd, worstUsd: usd, priceDate: z.nullable(z.string()) })),
  excluded: z.array(z.object({ model: z.string(), reason: z.string() })),
});
const DescribeImage = z.object({
  path: z.optional(z.string().check(z.describe("An image file below the client's roots or the working folder"))),
  url: z.optional(z.string().check(z.describe("An https address"))),
  data: z.optional(z.string().check(z.describe("The image itself in base64"))),
  question: z.optional(z.string().check(z.describe("What to look for; a full description when absent"))),
  purpose: z.optional(ImagePurpose.check(z.describe("What the description is for; describe when absent"))),
});
const SeenImage = z.object({
  description: ImageDescription,
  altText: z.string(),
  text: z.string(),
  model: z.nullable(z.string()),
  cached: z.boolean(),
  costUsd: usd,
  costProvenance: z.string(),
});
const Budgets = z.object({
  todayUsd: usd,
  budgets: z.array(
    z.object({
      scope: z.string(),
      id: z.optional(z.string()),
      period: z.optional(z.string()),
      kind: z.string(),
      limitUsd: z.number(),
      spentUsd: z.number(),
      reservedUsd: z.number(),
      resetsAt: z.optional(z.string()),
    }),
  ),
});

/** Of the excluded models a caller reads a few reasons, not eight hundred. */
const MOST_EXCLUDED = 20;
const MOST_CANDIDATES = 20;

export const TOOLS: Readonly<Record<string, Tool>> = {
  ask: {
    title: "Ask a language model",
    description:
      "Sends a prompt to the model worth its price (or a pinned one), within the user's budgets. Costs money; the answer says how much.",
    input: Ask,
    output: Answer,
    readOnly: false,
    async run(given, call) {
      const { prompt: text, system, ...rest } = z.parse(Ask, given);
      return answered(call, { ...rest, messages: messagesOf([{ type: "text", text }], system) });
    },
  },
  estimate: {
    title: "Quote a prompt",
    description: "What a prompt would cost with every model that could take it: median and worst case. Sends nothing and costs nothing.",
    input: Estimate,
    output: Quotes,
    readOnly: true,
    async run(given, { house }) {
      const { prompt: text, system, ...rest } = z.parse(Estimate, given);
      const quote = await house.quote({ ...rest, messages: messagesOf([{ type: "text", text }], system) });
      const candidates = quote.candidates.slice(0, MOST_CANDIDATES).map((one) => ({
        ...{ model: one.model, p50Usd: dollars(one.p50NanoUsd), worstUsd: dollars(one.worstNanoUsd), priceDate: one.priceDate },
      }));
      const excluded = quote.excluded.slice(0, MOST_EXCLUDED).map(({ model, reason }) => ({ model, reason }));
      const [first] = quote.candidates;
      const best = first
        ? `${first.model}: about ${formatUsd(first.p50NanoUsd)}, at most ${formatUsd(first.worstNanoUsd)}`
        : "No model can take it";
      return {
        text: `${best} (${quote.inputTokens} tokens in, ${quote.candidates.length} candidates).`,
        structured: { inputTokens: quote.inputTokens, candidates, excluded },
      };
    },
  },
  describe_image: {
    title: "Describe an image",
    description:
      "Has a model that sees describe an image (summary, alternative text, its text, where things lie), or answer a question about it, within the user's budgets. The same image asked about again costs nothing. Give exactly one of path, url and data.",
    input: DescribeImage,
    output: SeenImage,
    readOnly: false,
    async run(given, call) {
      const { path, url, data, question, purpose } = z.parse(DescribeImage, given);
      const sources = [path, url, data].filter((source) => source !== undefined);
      if (sources.length !== 1)
        return { text: "Give exactly one of path, url and data. Nothing was sent or charged.", structured: {}, isError: true };
      const image: ImagePart =
        path === undefined ? { type: "image", ...(url === undefined ? { data } : { url }) } : await call.readImage(path);
      const { house, editor, signal } = call;
      const seen = await house.describeImage({ image, question, purpose }, { editor, signal, emit: reporter(call) });
      const { markdown, altText, text, model, cost, cached } = seen;
      const structured = { description: seen.description, altText, text, model, cached };
      return { text: markdown, structured: { ...structured, costUsd: dollars(cost.nanoUsd), costProvenance: cost.provenance } };
    },
  },
  budget_status: {
    title: "Show the budgets",
    description: "Per limit: what is spent, reserved and left, and when it resets; and what was spent today. Costs nothing.",
    input: z.object({}),
    output: Budgets,
    readOnly: true,
    async run(_given, { house }) {
      const { budgets, todayNanoUsd } = await house.budgetStatus();
      const rows = budgets.map(({ limitNanoUsd, spentNanoUsd, reservedNanoUsd, ...row }) => ({
        ...row,
        ...{ limitUsd: limitNanoUsd / NANO_PER_USD, spentUsd: spentNanoUsd / NANO_PER_USD, reservedUsd: reservedNanoUsd / NANO_PER_USD },
      }));
      const lines = budgets.map(
        ({ scope, id, period, limitNanoUsd, spentNanoUsd }) =>
          `${[scope, id, period].filter(Boolean).join(" ")}: ${formatUsd(spentNanoUsd)} of ${formatUsd(limitNanoUsd)}`,
      );
      const today = `Today: ${formatUsd(todayNanoUsd ?? 0)}.`;
      return { text: [today, ...lines].join("\n"), structured: { todayUsd: dollars(todayNanoUsd ?? null), budgets: rows } };
    },
  },
};

function messagesOf(parts: Part[], system: string | undefined): ChatRequest["messages"] {
  const first = system ? [{ role: "system" as const, parts: [{ type: "text" as const, text: system }] }] : [];
  return [...first, { role: "user", parts }];
}

async function answered(call: ToolCall, request: Omit<ChatRequest, "chatId">): Promise<ToolAnswer> {
  const { house, editor, signal } = call;
  const caller = { editor, signal, emit: reporter(call) };
  try {
    const asked = { ...request, chatId: randomUUID() };
    return answerFrom(await sendAsking(house.send, asked, caller, ({ message }) => call.confirm(`${message} Send it anyway?`)));
  } catch (error) {
    // Whoever calls a tool is a model: it may not say yes in its person's stead.
    throw withWay(error, "Only the user can allow that: latchkey budget shows and changes the limits.");
  }
}

function answerFrom(result: ChatResult): ToolAnswer {
  const { text, model, stopReason, cost, notice, failure } = result;
  const structured = { text, model, stopReason, costUsd: dollars(cost.nanoUsd), costProvenance: cost.provenance };
  const incomplete =
    stopReason === "end" ? "" : `\n\n(${[`incomplete: ${stopReason}`, failure?.message, notice].filter(Boolean).join("; ")})`;
  return { text: `${text}${incomplete}`, structured, ...(stopReason === "broken" ? { isError: true } : {}) };
}

/** Progress in characters: the whole is not known beforehand. */
function reporter(call: ToolCall): (event: ChatEventBody) => Promise<void> | undefined {
  let model = "";
  let characters = 0;
  return (event) => {
    if (event.type === "start") model = event.model;
    if (event.type === "text-delta") characters += event.text.length;
    if (event.type === "waiting" || event.type === "start")
      return call.report(event.type === "waiting" ? event.message : `${model} answers`);
    return event.type === "text-delta" ? call.report(`${model}, ${characters} characters`) : undefined;
  };
}

function dollars(nanoUsd: number | null): number | null {
  return nanoUsd === null ? null : nanoUsd / NANO_PER_USD;
}
