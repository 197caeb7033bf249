// What a probe asks a model for, one row a capability, and how its answer is judged; pure.
import type { ChatResult, Message, Part } from "../../shared/chat.ts";
import type { Capability } from "../../shared/model.ts";
import type { ChatRequest } from "../../shared/protocol.ts";
import type { ProbeName } from "../../shared/probe.ts";

/** What was seen of one answer beside its result. */
export interface Heard {
  /** Pieces in which the text came. */
  readonly pieces: number;
  readonly reasoned: boolean;
}

export interface ProbeRow {
  readonly capability: Capability;
  readonly name: ProbeName;
  readonly ask: Pick<ChatRequest, "messages"> & Partial<Pick<ChatRequest, "tools" | "toolChoice" | "output" | "reasoning">>;
  /** The sentence for the card: what speaks for it, or against it. */
  judge(result: ChatResult, heard: Heard): { readonly works: boolean; readonly detail: string };
}

export const PLAIN_ASK: Pick<ChatRequest, "messages"> = {
  messages: says("Count from 1 to 20 in digits, separated by spaces. Write nothing else."),
};

/** A red square of 64 by 64 pixels: the smallest edge that no vendor is known to refuse. */
const RED_SQUARE =
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsAtx/ZMZxgi+hcEKLNO+FgEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQGBywKqxUDxqh7TUQAAAABJRU5ErkJggg==";

export const PROBES: readonly ProbeRow[] = [
  {
    capability: "tools",
    name: "tools",
    ask: {
      messages: says("Call the tool report_number with the value 7."),
      tools: [
        {
          name: "report_number",
          description: "Takes one number.",
          parameters: { type: "object", properties: { value: { type: "integer" } }, required: ["value"], additionalProperties: false },
        },
      ],
    },
    judge(result) {
      const call = result.parts.find((part) => part.type === "toolCall");
      if (!call) return { works: false, detail: "answered in words instead of calling the tool" };
      const works = call.name === "report_number" && call.arguments.value === 7 && call.rawArguments === undefined;
      return { works, detail: works ? "called the tool with the right argument" : "called a tool with the wrong name or argument" };
    },
  },
  {
    capability: "structured",
    name: "structured",
    ask: {
      messages: says("Give the number of days in a week as the field days."),
      output: {
        name: "week",
        schema: { type: "object", properties: { days: { type: "integer" } }, required: ["days"], additionalProperties: false },
      },
    },
    judge(result) {
      const works = daysIn(result.text) === 7;
      return { works, detail: works ? "answered in the schema, by the vendor's own way" : "what came does not fit the schema" };
    },
  },
  {
    capability: "vision",
    name: "vision",
    ask: {
      messages: says("Which colour fills this picture? Answer with one English word.", {
        type: "image",
        mediaType: "image/png",
        data: RED_SQUARE,
      }),
    },
    judge(result) {
      const works = /\b(red|crimson|scarlet)\b/i.test(result.text);
      return { works, detail: works ? "saw the colour of a picture" : "answered, but not with the colour of the picture" };
    },
  },
  {
    capability: "reasoning",
    name: "reasoning",
    ask: { messages: says("What is 17 times 23? Think, then give the number only."), reasoning: "low" },
    judge(result, { reasoned }) {
      const tokens = result.usage.reasoningTokens;
      if (tokens > 0) return { works: true, detail: `thought for ${tokens} tokens` };
      return { works: reasoned, detail: reasoned ? "shows its reasoning" : "neither shows nor counts any reasoning" };
    },
  },
];

function says(text: string, ...before: Part[]): Message[] {
  return [{ role: "user", parts: [...before, { type: "text", text }] }];
}

function daysIn(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "days" in value ? value.days : undefined;
  } catch {
    return undefined;
  }
}
