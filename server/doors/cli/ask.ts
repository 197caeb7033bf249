// `latchkey ask`: one prompt, streamed to a terminal or printed whole to a pipe, with what it cost.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ChatEventBody, ChatResult, Part } from "../../../shared/chat.ts";
import { formatUsd, tokensInWords } from "../../../shared/money.ts";
import type { ChatRequest } from "../../../shared/protocol.ts";
import { Policy, TaskType } from "../../../shared/route.ts";
import type { House } from "../../house.ts";
import { sendAsking, withWay } from "../soft-limit.ts";
import { fileAsText, imageAsPart, readStdin } from "./attach.ts";
import { canAsk, confirmAtTerminal } from "./confirm.ts";
import { conversationFor } from "./conversation-choice.ts";
import { plain } from "./plain.ts";
import { EXIT, numberOption, oneOf, textOption, textOptions, UsageError, type Verb, type VerbArguments, type VerbContext } from "./verb.ts";

export const ask: Verb = {
  summary: "Ask one question and stream the answer",
  usage: '"…" [--file F[:L1-L2]]… [--image F]… [--model M] [--policy P] [--continue] [--json]',
  options: {
    file: { type: "string", multiple: true, short: "f" },
    image: { type: "string", multiple: true, short: "i" },
    model: { type: "string", short: "m" },
    policy: { type: "string" },
    system: { type: "string" },
    task: { type: "string" },
    schema: { type: "string" },
    conversation: { type: "string", short: "c" },
    continue: { type: "boolean" },
    "no-keep": { type: "boolean" },
    "max-cost": { type: "string" },
    "max-tokens": { type: "string" },
    "over-soft-limit": { type: "boolean" },
    estimate: { type: "boolean" },
    json: { type: "boolean" },
    quiet: { type: "boolean", short: "q" },
  },
  optionHelp: {
    "file F[:L1-L2]": "add a text file, or some of its lines; may be repeated; stdin is added too",
    "image F": "add a picture (PNG, JPEG, WebP, GIF), a file or an https address; may be repeated",
    "model M": "provider/model-id, or auto (the default) to have one chosen",
    "policy P": "cheap, balanced or best",
    "system TEXT": "instructions that come before the prompt",
    "task T": "code, analysis, reasoning, chat, general, agentic or pdf_ocr",
    "schema F": "a JSON Schema file; the answer is JSON that fits it",
    "conversation ID": "go on with a kept conversation (the beginning of its id is enough), or begin one of that name",
    continue: "go on with the newest conversation of this folder",
    "no-keep": "do not keep this question and its answer",
    "max-cost USD": "refuse to spend more than this on the prompt",
    "max-tokens N": "at most this many tokens of answer",
    "over-soft-limit": "send it even when that passes a soft limit (at a terminal you are asked)",
    estimate: "print what it would cost and send nothing",
    json: "print the whole result as JSON",
    quiet: "print the answer only, no line about model and cost",
  },
  async run(context, given) {
    const asked = await requestFrom(context, given);
    const house = await context.openHouse("cli");
    try {
      const request = { ...asked, ...(await conversationFor(house, given, context.edge.workingFolder)) };
      if (given.values.estimate) return await printEstimate(context, given, house, request);
      return await answer(context, given, house, request);
    } finally {
      await house.close();
    }
  },
};

async function answer(context: VerbContext, given: VerbArguments, house: House, request: ChatRequest): Promise<number> {
  const { edge } = context;
  const json = given.values.json === true;
  const stop = new AbortController();
  const forget = edge.onInterrupt(() => stop.abort());
  const show = (event: ChatEventBody) => {
    if (json) return undefined;
    // A draft that does not fit its schema may be replaced: only the answer itself is printed.
    if (event.type === "text-delta" && request.output) return undefined;
    if (event.type === "text-delta") return written(edge.stdout.write(plain(event.text)), edge.stdout);
    if (edge.stdout.isTTY && (event.type === "fallback" || event.type === "waiting")) context.complain(lineFor(event));
    return undefined;
  };
  try {
    const caller = { editor: "cli", signal: stop.signal, emit: show };
    const result = await sendAsking(house.send, request, caller, async ({ message }) =>
      canAsk(edge) ? confirmAtTerminal(edge, `${message} Send it anyway?`) : false,
    );
    if (json) context.print(JSON.stringify(result, null, 2));
    else finishLine(context, given, result, request.output !== undefined);
    return exitCodeFor(result);
  } catch (error) {
    throw withWay(error, "To send it anyway: --over-soft-limit.");
  } finally {
    forget();
  }
}

function finishLine(context: VerbContext, given: VerbArguments, result: ChatResult, isShaped: boolean): void {
  if (result.output !== undefined) context.print(plain(JSON.stringify(result.output, null, 2)));
  else if (isShaped) context.print(plain(result.text));
  else if (!result.text.endsWith("\n")) context.edge.stdout.write("\n");
  // Piped output is for another program: the line is for people, or for an answer that is not whole.
  const forPeople = context.edge.stdout.isTTY === true || result.stopReason !== "end";
  if (given.values.quiet === true || !forPeople) return;
  const parts = [
    result.model,
    tokensInWords(result.usage),
    `${formatUsd(result.cost.nanoUsd)} (${result.cost.provenance})`,
    result.stopReason,
  ];
  context.complain(`-- ${[...parts, result.notice, result.failure?.message].filter(Boolean).join(" · ")}`);
}

function exitCodeFor(result: ChatResult): number {
  if (result.stopReason === "cancelled") return EXIT.cancelled;
  if (result.stopReason === "broken" || result.stopReason === "refused") return EXIT.failed;
  return result.stopReason === "budget" ? EXIT.budget : EXIT.ok;
}

async function requestFrom(context: VerbContext, given: VerbArguments): Promise<ChatRequest> {
  const { edge } = context;
  const files = await Promise.all(textOptions(given, "file").map((file) => fileAsText(edge, file)));
  const images = await Promise.all(textOptions(given, "image").map((path) => imageAsPart(edge, path)));
  const piped = (await readStdin(edge)).trimEnd();
  const text = [given.words.join(" "), piped, ...files].filter((part) => part !== "").join("\n\n");
  if (text === "" && images.length === 0) throw new UsageError("what should be asked? Give a prompt, a file, or pipe text in");
  const parts: Part[] = [...(text === "" ? [] : [{ type: "text" as const, text }]), ...images];
  const system = textOption(given, "system");
  return {
    chatId: randomUUID(),
    messages: [...(system ? [{ role: "system" as const, parts: [{ type: "text" as const, text: system }] }] : []), { role: "user", parts }],
    model: textOption(given, "model"),
    policy: oneOf(given, "policy", Policy.options),
    taskType: oneOf(given, "task", TaskType.options),
    maxCostUsd: numberOption(given, "max-cost"),
    maxOutputTokens: numberOption(given, "max-tokens"),
    ...(given.values["over-soft-limit"] === true ? { overSoftLimit: "proceed" as const } : {}),
    output: await schemaFrom(context, given),
    workspace: edge.workingFolder,
  };
}

async function schemaFrom(context: VerbContext, given: VerbArguments): Promise<ChatRequest["output"]> {
  const path = textOption(given, "schema");
  if (path === undefined) return undefined;
  const text = await readFile(resolve(context.edge.workingFolder, path), "utf8").catch(() => null);
  if (text === null) throw new UsageError(`there is no file ${path}`);
  try {
    return { schema: JSON.parse(text) as Record<string, unknown> };
  } catch {
    throw new UsageError(`${path} is not valid JSON`);
  }
}

async function printEstimate(context: VerbContext, given: VerbArguments, house: House, request: ChatRequest): Promise<number> {
  const quote = await house.quote(request);
  if (given.values.json) context.print(JSON.stringify(quote, null, 2));
  else if (quote.candidates.length === 0) context.print(`No model can take this prompt: ${quote.excluded[0]?.reason ?? "none is known"}.`);
  for (const candidate of given.values.json ? [] : quote.candidates.slice(0, 10)) {
    const prices = `about ${formatUsd(candidate.p50NanoUsd)}, at most ${formatUsd(candidate.worstNanoUsd)}`;
    context.print(
      `${candidate.model.padEnd(44)} ${prices} (${candidate.inputTokens} tokens in; prices of ${candidate.priceDate ?? "no date"})`,
    );
  }
  return quote.candidates.length === 0 ? EXIT.noModel : EXIT.ok;
}

function lineFor(event: Extract<ChatEventBody, { type: "fallback" | "waiting" }>): string {
  if (event.type === "waiting") return `-- ${event.message}`;
  return `-- ${event.from}: ${event.reason}${event.to ? ` Trying ${event.to}.` : ""}`;
}

function written(kept: boolean, stdout: { once(event: "drain", listener: () => void): unknown }): Promise<void> | undefined {
  return kept ? undefined : new Promise((resolveDrain) => stdout.once("drain", resolveDrain));
}
