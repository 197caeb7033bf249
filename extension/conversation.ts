// One conversation and its running answer: turns user intent into chat/send and events into panel messages; draws nothing.
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { ChatEvent, ChatResult, Message, Part } from "../shared/chat.ts";
import { titleOf } from "../shared/conversation.ts";
import type { AnswerTurn, QuestionTurn, ToPanel } from "../shared/panel.ts";
import type { EditorSignals } from "../shared/protocol.ts";
import type { TaskType } from "../shared/route.ts";
import { applyEvent, emptyAnswer, failedAnswer, finishedAnswer } from "./answer.ts";
import type { Attached } from "./attachment.ts";
import type { ChatDraftRequest, Chats } from "./chats.ts";
import type { Choice } from "./choice.ts";
import { type Entry, messagesOf, type Transcript } from "./transcript.ts";

const SYSTEM_PROMPT =
  "You answer inside a code editor. Use Markdown; put code in fenced blocks with a language, and say which file it belongs to when that is not obvious. Be brief.";

type Signals = (typeof EditorSignals)["_zod"]["output"];

export interface Ask {
  readonly text: string;
  readonly attached?: readonly Attached[];
  readonly taskType?: TaskType;
  readonly editor?: Signals;
  readonly model?: string;
}

export class Conversation implements vscode.Disposable {
  readonly transcript: Transcript;
  readonly #chats: Chats;
  readonly #choice: Choice;
  readonly #messages = new vscode.EventEmitter<ToPanel>();
  readonly #settled = new vscode.EventEmitter<AnswerTurn>();
  #stop: vscode.CancellationTokenSource | undefined;
  attached: Attached[] = [];
  draft = "";

  readonly onMessage = this.#messages.event;
  readonly onSettled = this.#settled.event;

  constructor(transcript: Transcript, parts: { readonly chats: Chats; readonly choice: Choice }) {
    this.transcript = transcript;
    this.#chats = parts.chats;
    this.#choice = parts.choice;
  }

  get running(): boolean {
    return this.#stop !== undefined;
  }

  get lastAnswer(): AnswerTurn | undefined {
    const turn = this.transcript.entries.at(-1)?.turn;
    return turn?.role === "assistant" ? turn : undefined;
  }

  answer(id: string): AnswerTurn | undefined {
    const turn = this.transcript.entries.find(({ turn }) => turn?.id === id)?.turn;
    return turn?.role === "assistant" ? turn : undefined;
  }

  attach(attached: Attached): void {
    this.attached.push(attached);
    this.#messages.fire({ type: "attachments", attachments: this.attached.map(({ view }) => view) });
  }

  detach(id: string): void {
    this.attached = this.attached.filter(({ view }) => view.id !== id);
    this.#messages.fire({ type: "attachments", attachments: this.attached.map(({ view }) => view) });
  }

  /** What would be sent now; for quotes as well as for sending. */
  draftRequest(text: string): ChatDraftRequest {
    return this.#request([...messagesOf(this.transcript), questionMessage(text, this.attached)], {});
  }

  /** Resolves with the settled answer; a failure is an answer too, with its repairs. */
  async ask(ask: Ask): Promise<AnswerTurn> {
    if (this.running) throw new Error(vscode.l10n.t("An answer is still running. Stop it first."));
    const attached = [...(ask.attached ?? []), ...this.attached];
    const turn: QuestionTurn = { role: "user", id: randomUUID(), text: ask.text, attachments: attached.map(({ view }) => view) };
    this.transcript.title ||= titleOf([{ type: "text", text: ask.text }]);
    this.transcript.entries.push({ turn, message: questionMessage(ask.text, attached) });
    this.attached = [];
    this.draft = "";
    this.#messages.fire({ type: "turn", turn });
    this.#messages.fire({ type: "attachments", attachments: [] });
    return this.#answer(ask);
  }

  /** Asks the question of an answer again; what came after it is gone. */
  async retry(answerId: string, model?: string): Promise<AnswerTurn | undefined> {
    const at = this.transcript.entries.findIndex(({ turn }) => turn?.id === answerId);
    if (at < 1 || this.running) return undefined;
    this.#cut(at);
    return this.#answer(model ? { text: "", model } : { text: "" });
  }

  /** Sends a question anew with other words and the same attachments. */
  async edit(questionId: string, text: string): Promise<AnswerTurn | undefined> {
    const at = this.transcript.entries.findIndex(({ turn }) => turn?.id === questionId);
    const entry = this.transcript.entries[at];
    if (entry?.turn?.role !== "user" || this.running) return undefined;
    const kept = (entry.message?.parts ?? []).slice(0, -1);
    const turn: QuestionTurn = { ...entry.turn, text };
    const edited: Entry = { turn, message: { role: "user", parts: [...kept, { type: "text", text }] } };
    this.#cut(at);
    this.transcript.entries.push(edited);
    this.#messages.fire({ type: "turn", turn });
    return this.#answer({ text });
  }

  stop(): void {
    this.#stop?.cancel();
  }

  dispose(): void {
    this.stop();
    this.#messages.dispose();
    this.#settled.dispose();
  }

  async #answer(ask: Ask): Promise<AnswerTurn> {
    const request = this.#request(messagesOf(this.transcript), ask);
    const answer = emptyAnswer();
    const entry: Entry = { turn: answer };
    this.transcript.entries.push(entry);
    this.#stop = new vscode.CancellationTokenSource();
    this.#messages.fire({ type: "turn", turn: answer });
    this.#messages.fire({ type: "running", running: true });
    try {
      const result = await this.#chats.send(request, (event) => this.#receive(answer, event), this.#stop.token);
      finishedAnswer(answer, result);
      const message = answerMessage(result);
      if (message) entry.message = message;
    } catch (error) {
      failedAnswer(answer, error);
      // A sidecar that died mid-answer leaves what was shown: the next turn may build on it.
      if (answer.text !== "") entry.message = { role: "assistant", parts: [{ type: "text", text: answer.text }] };
    } finally {
      this.#stop.dispose();
      this.#stop = undefined;
      this.transcript.updatedAt = new Date().toISOString();
    }
    this.#messages.fire({ type: "turn", turn: answer });
    this.#messages.fire({ type: "running", running: false });
    this.#settled.fire(answer);
    return answer;
  }

  #receive(answer: AnswerTurn, event: ChatEvent): void {
    const delta = applyEvent(answer, event);
    this.#messages.fire(delta ?? { type: "turn", turn: answer });
  }

  #request(messages: Message[], ask: Partial<Ask>): ChatDraftRequest {
    return {
      messages: [{ role: "system", parts: [{ type: "text", text: systemPrompt() }] }, ...messages],
      model: ask.model ?? this.#choice.model,
      policy: this.#choice.policy,
      conversationId: this.transcript.id,
      // Kept once it has settled, with what the reader saw beside it.
      conversation: { keep: false },
      ...(ask.taskType ? { taskType: ask.taskType } : {}),
      ...(ask.editor ? { editor: ask.editor } : {}),
    };
  }

  #cut(at: number): void {
    for (const { turn } of this.transcript.entries.splice(at)) if (turn) this.#messages.fire({ type: "gone", id: turn.id });
  }
}

/** Our own prompts are English; the reader may not be. */
function systemPrompt(): string {
  const { language } = vscode.env;
  if (language.startsWith("en")) return SYSTEM_PROMPT;
  const name = new Intl.DisplayNames(["en"], { type: "language" }).of(language);
  return `${SYSTEM_PROMPT} Answer in ${name ?? language} unless the question is in another language.`;
}

/** Attachments first, so that a growing talk keeps a common beginning for the vendor's cache; the words last. */
function questionMessage(text: string, attached: readonly Attached[]): Message {
  const parts: Part[] = attached.map(({ part }) => part);
  return { role: "user", parts: [...parts, { type: "text", text }] };
}

function answerMessage(result: ChatResult): Message | undefined {
  if (result.parts.length > 0) return { role: "assistant", parts: result.parts };
  return result.text === "" ? undefined : { role: "assistant", parts: [{ type: "text", text: result.text }] };
}
