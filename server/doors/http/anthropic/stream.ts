// An answer as the events of Anthropic's message stream: blocks that open, grow and close in order.
import type { ChatEventBody, ChatResult } from "../../../../shared/chat.ts";
import { NO_USAGE } from "../../../../shared/money.ts";
import { comment } from "../openai-chat/stream.ts";
import { summary, usdOf } from "../openai-chat/answer.ts";
import type { Refusal } from "../refusal.ts";
import type { Replay } from "../replay.ts";
import type { Asked, Narrator } from "../surface.ts";
import { anthropicError, head, stopOf, toolUse, usageOnWire } from "./answer.ts";

export function createMessageEvents(asked: Asked, replay: Replay, newSignature: () => string): Narrator {
  return new MessageEvents(asked, replay, newSignature);
}

class MessageEvents implements Narrator {
  readonly #asked: Asked;
  readonly #replay: Replay;
  readonly #newSignature: () => string;
  readonly #shown: string[] = [];
  #begun = false;
  #index = -1;
  #open: "text" | "thinking" | null = null;

  constructor(asked: Asked, replay: Replay, newSignature: () => string) {
    this.#asked = asked;
    this.#replay = replay;
    this.#newSignature = newSignature;
  }

  tell(event: ChatEventBody): string {
    switch (event.type) {
      case "start":
        return this.#begin(event.model);
      case "text-delta":
        return this.#block("text") + this.#delta({ type: "text_delta", text: event.text });
      case "reasoning-delta":
        return this.#block("thinking") + this.#delta({ type: "thinking_delta", thinking: event.text });
      case "tool-call": {
        const { input, ...block } = toolUse(event.call);
        const begun = this.#begin(this.#asked.request.model ?? "auto") + this.#close();
        this.#index += 1;
        const open = this.#send("content_block_start", { index: this.#index, content_block: { ...block, input: {} } });
        const json = event.call.rawArguments ?? JSON.stringify(input);
        return begun + open + this.#delta({ type: "input_json_delta", partial_json: json }) + this.#stop();
      }
      default:
        return this.#begun ? comment(event) : "";
    }
  }

  end(result: ChatResult): string {
    const closed = this.#begin(result.model) + this.#close();
    this.#replay.remember(result.parts, this.#shown);
    const usage = { ...usageOnWire(result.usage), cost: usdOf(result.cost.nanoUsd) };
    const delta = { ...stopOf(result), container: null };
    return closed + this.#send("message_delta", { delta, usage, latchkey: summary(result) }) + this.#send("message_stop", {});
  }

  fail(refusal: Refusal): string {
    return `event: error\ndata: ${JSON.stringify(anthropicError(refusal, this.#asked.request.chatId))}\n\n`;
  }

  #begin(model: string): string {
    if (this.#begun) return "";
    this.#begun = true;
    return this.#send("message_start", { message: { ...head(this.#asked, model), usage: usageOnWire(NO_USAGE) } });
  }

  #block(type: "text" | "thinking"): string {
    if (this.#open === type) return "";
    const before = this.#begin(this.#asked.request.model ?? "auto") + this.#close();
    this.#open = type;
    this.#index += 1;
    const block = type === "text" ? { type, text: "", citations: null } : { type, thinking: "", signature: "" };
    return before + this.#send("content_block_start", { index: this.#index, content_block: block });
  }

  #close(): string {
    if (this.#open === null) return "";
    const signed = this.#open === "thinking" ? this.#sign() : "";
    this.#open = null;
    return signed + this.#stop();
  }

  #sign(): string {
    const signature = this.#newSignature();
    this.#shown.push(signature);
    return this.#delta({ type: "signature_delta", signature });
  }

  #delta(delta: object): string {
    return this.#send("content_block_delta", { index: this.#index, delta });
  }

  #stop(): string {
    return this.#send("content_block_stop", { index: this.#index });
  }

  #send(type: string, body: object): string {
    return `event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n`;
  }
}
