// The arguments of a tool call as a vendor sent them: an object when they are one, else the raw text beside an empty object.
import type { Origin, ToolCallPart } from "../../shared/chat.ts";
import type { ProviderEvent, ProviderRequest } from "./provider.ts";
import { isObject, parseJson } from "./vendor-json.ts";

export interface SentCall {
  readonly id: string;
  readonly name: string;
  /** JSON text, or an object where a vendor sends one. */
  readonly given: unknown;
  readonly origin?: Origin;
}

/** Never repairs: what was cut off must not be carried out. */
export function toolCall({ id, name, given, origin }: SentCall): ToolCallPart {
  const raw = typeof given === "string" ? given : given === undefined || given === null ? "" : JSON.stringify(given);
  const parsed = typeof given === "string" ? (raw.trim() === "" ? {} : parseJson(raw)) : (given ?? {});
  return {
    type: "toolCall",
    id,
    name,
    arguments: isObject(parsed) ? parsed : {},
    ...(isObject(parsed) ? {} : { rawArguments: raw }),
    ...(origin ? { origin } : {}),
  };
}

/** What goes back to a vendor: the raw text of a cut call is not JSON and would be refused. */
export function argumentsText(call: ToolCallPart): string {
  return JSON.stringify(call.arguments);
}

/** The name of the form that the answer is asked for as; undefined where it is asked for in another way. */
export function formOf({ output, outputMode }: Pick<ProviderRequest, "output" | "outputMode">): string | undefined {
  return output && outputMode === "tool" ? (output.name ?? "answer") : undefined;
}

/** What of a call's arguments is told while they come: of the form alone. */
export function pushPiece(out: ProviderEvent[], form: string | undefined, name: unknown, text: string): void {
  if (form !== undefined && name === form && text !== "") out.push({ type: "form-piece", text });
}
