// One session of an ACP client: its transcript, its choices, what it has cost, and the one prompt that may run.
import type {
  AgentContext,
  ContentBlock,
  PromptResponse,
  RequestPermissionResponse,
  SessionUpdate,
  StopReason,
} from "@agentclientprotocol/sdk";
import { randomUUID } from "node:crypto";
import type { ChatEventBody, ChatResult, Message, StopReason as OurStopReason } from "../../../shared/chat.ts";
import { Failure, type FailureKind, FAILURES, isFailure } from "../../../shared/failure.ts";
import { NANO_PER_USD, totalInputTokens } from "../../../shared/money.ts";
import { Policy } from "../../../shared/route.ts";
import type { House } from "../../house.ts";
import { sendAsking } from "../soft-limit.ts";
import { blocksOf, partsFrom, type ReadFile, titleOf } from "./content.ts";
import type { Choice } from "./options.ts";

export interface SessionParts {
  readonly house: House;
  readonly editor: string;
}

/** `costNanoUsd` is null once a part of it had no known price. */
export interface SessionState {
  readonly id: string;
  readonly cwd: string;
  readonly title: string;
  readonly choice: Choice;
  /** The choice as it is kept; null where nothing is kept yet. */
  readonly keptChoice: Choice | null;
  readonly costNanoUsd: number | null;
  readonly messages: readonly Message[];
}

export function newSession(id: string, cwd: string, choice: Choice): SessionState {
  return { id, cwd, title: "", choice, keptChoice: null, costNanoUsd: 0, messages: [] };
}

/** A kept conversation of any client as a session; null when there is none. */
export async function loadSession(house: House, id: string): Promise<SessionState | null> {
  const found = await house.conversations.get(id).catch((error: unknown) => {
    if (isFailure(error)) return null;
    throw error;
  });
  if (!found) return null;
  const { title, workspace = "/", choice = null, costNanoUsd } = found.conversation;
  const { model, policy } = house.settings();
  const messages = found.entries.flatMap(({ message }) => (message ? [message] : []));
  return { id, cwd: workspace, title, choice: choice ?? { model, policy }, keptChoice: choice, costNanoUsd, messages };
}

const STOP: Readonly<Record<OurStopReason, StopReason>> = {
  end: "end_turn",
  toolUse: "end_turn",
  length: "max_tokens",
  budget: "max_tokens",
  refused: "refusal",
  cancelled: "cancelled",
  broken: "end_turn",
};

export class Session {
  readonly #parts: SessionParts;
  #state: SessionState;
  #running: AbortController | null = null;

  constructor(parts: SessionParts, state: SessionState) {
    this.#parts = parts;
    this.#state = state;
  }

  get choice(): Choice {
    return this.#state.choice;
  }

  /** Kept with the next answer: a session in which nothing was said is no conversation. */
  choose(choice: Choice): void {
    this.#state = { ...this.#state, choice };
  }

  cancel(): void {
    this.#running?.abort();
  }

  /** Shows the whole transcript again, as a client that loads a session expects. */
  async replay(client: AgentContext): Promise<void> {
    for (const message of this.#state.messages) {
      const sessionUpdate = message.role === "assistant" ? "agent_message_chunk" : "user_message_chunk";
      for (const content of blocksOf(message)) await this.#update(client, { sessionUpdate, content });
    }
  }

  async prompt(blocks: readonly ContentBlock[], client: AgentContext, read: ReadFile, signal: AbortSignal): Promise<PromptResponse> {
    if (this.#running) throw new Failure("invalidParams", "A prompt of this session is running. Cancel it or wait for its end.");
    this.#running = new AbortController();
    try {
      const asked: Message = { role: "user", parts: await partsFrom(blocks, read) };
      const either = AbortSignal.any([signal, this.#running.signal]);
      const title = this.#state.title || titleOf(blocks);
      const result = await this.#send(asked, title, client, either);
      await this.#settle(asked, title, result, client);
      return {
        stopReason: STOP[result.stopReason],
        _meta: { latchkey: { model: result.model, costNanoUsd: result.cost.nanoUsd, chatId: result.chatId } },
      };
    } finally {
      this.#running = null;
    }
  }

  #send(asked: Message, title: string, client: AgentContext, signal: AbortSignal): Promise<ChatResult> {
    const { id, cwd, choice, messages } = this.#state;
    const request = {
      ...{ chatId: randomUUID(), messages: [...messages, asked], workspace: cwd, conversationId: id, conversation: { title } },
      ...{ model: choice.model, policy: Policy.parse(choice.policy) },
    };
    const caller = { editor: this.#parts.editor, signal, emit: (event: ChatEventBody) => this.#tell(event, client) };
    return sendAsking(this.#parts.house.send, request, caller, ({ message }) => this.#confirm(message, client));
  }

  /** The one permission that is ever asked for; a client that cannot ask has said no. */
  async #confirm(title: string, client: AgentContext): Promise<boolean> {
    const toolCall = { toolCallId: randomUUID(), title, kind: "other", status: "pending" } as const;
    const options = [
      { optionId: "proceed", name: "Send anyway", kind: "allow_once" },
      { optionId: "cancel", name: "Do not send", kind: "reject_once" },
    ] as const;
    const request = { sessionId: this.#state.id, toolCall, options: [...options] };
    const answer = await client.request<RequestPermissionResponse>("session/request_permission", request).catch(() => null);
    return answer?.outcome.outcome === "selected" && answer.outcome.optionId === "proceed";
  }

  #tell(event: ChatEventBody, client: AgentContext): Promise<void> | undefined {
    const say = (sessionUpdate: "agent_message_chunk" | "agent_thought_chunk", text: string) =>
      this.#update(client, { sessionUpdate, content: { type: "text", text } });
    switch (event.type) {
      case "text-delta":
        return say("agent_message_chunk", event.text);
      case "reasoning-delta":
        return say("agent_thought_chunk", event.text);
      case "fallback":
        return say("agent_thought_chunk", `${event.from}: ${event.reason}${event.to ? ` Trying ${event.to}.` : ""}\n`);
      case "waiting":
        return say("agent_thought_chunk", `${event.message}\n`);
      default:
        return undefined;
    }
  }

  async #settle(asked: Message, title: string, result: ChatResult, client: AgentContext): Promise<void> {
    const { messages, title: before, costNanoUsd: paid, choice, keptChoice, id } = this.#state;
    const answer: Message[] = result.parts.length > 0 ? [{ role: "assistant", parts: result.parts }] : [];
    const costNanoUsd = paid === null || result.cost.nanoUsd === null ? null : paid + result.cost.nanoUsd;
    this.#state = { ...this.#state, messages: [...messages, asked, ...answer], title, costNanoUsd };
    if (result.conversation && choice !== keptChoice) {
      await this.#parts.house.conversations.save({ id, choice }, this.#parts.editor);
      this.#state = { ...this.#state, keptChoice: choice };
    }
    if (before === "") await this.#update(client, { sessionUpdate: "session_info_update", title });
    await this.#update(client, await this.#usage(result));
    if (result.stopReason !== "broken") return;
    const kind: FailureKind =
      result.failure && result.failure.kind in FAILURES ? (result.failure.kind as FailureKind) : "providerUnavailable";
    throw new Failure(kind, `${result.failure?.message ?? "The answer broke off."} What came is kept; ask to continue.`, {
      model: result.model,
    });
  }

  /** The cost is left out once it is not known in full: a lower bound is not a bill. */
  async #usage(result: ChatResult): Promise<SessionUpdate> {
    const { models } = await this.#parts.house.listModels({ provider: result.model.split("/", 1)[0] });
    const size = models.find((model) => model.id === result.model)?.contextWindowTokens ?? 0;
    const { costNanoUsd } = this.#state;
    const cost = costNanoUsd === null ? null : { amount: costNanoUsd / NANO_PER_USD, currency: "USD" };
    return {
      sessionUpdate: "usage_update",
      used: totalInputTokens(result.usage) + result.usage.outputTokens,
      size,
      ...(cost ? { cost } : {}),
    };
  }

  #update(client: AgentContext, update: SessionUpdate): Promise<void> {
    return client.notify("session/update", { sessionId: this.#state.id, update });
  }
}
