// What the panel shows, changed only by messages from the extension; answers' texts grow here without redrawing anything else.
import type { AnswerTurn, PanelState, QuoteView, ToPanel, Turn } from "../../shared/panel.ts";
import { Painter } from "./painter.ts";

export interface View {
  readonly state: PanelState | null;
  readonly quote: QuoteView | null;
  /** Counts wishes for focus, so that the same wish can be heard twice. */
  readonly focus: { readonly target: "prompt" | "answer"; readonly count: number };
  /** What a screen reader is told, once an answer begins or ends. */
  readonly announcement: AnswerTurn | null;
}

type TextListener = (text: string, reasoning: string) => void;

export class Store {
  readonly painter = new Painter();
  readonly #listeners = new Set<() => void>();
  readonly #texts = new Map<string, { text: string; reasoning: string; listeners: Set<TextListener> }>();
  view: View = { state: null, quote: null, focus: { target: "prompt", count: 0 }, announcement: null };
  /** The last question about a price; older answers to it are dropped. */
  quoteSeq = 0;

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Follows one answer's text from what there is of it now. */
  follow(id: string, listener: TextListener): () => void {
    const entry = this.#entry(id);
    entry.listeners.add(listener);
    listener(entry.text, entry.reasoning);
    return () => entry.listeners.delete(listener);
  }

  receive(message: ToPanel): void {
    if (message.type === "delta") {
      const entry = this.#entry(message.id);
      this.#setText(message.id, entry.text + message.text, entry.reasoning + message.reasoning);
      return;
    }
    if (message.type === "state") {
      this.#texts.clear();
      for (const turn of message.state.turns) this.#takeText(turn);
    } else if (message.type === "turn") this.#takeText(message.turn);
    this.view = next(this.view, message, this.quoteSeq);
    for (const listener of this.#listeners) listener();
  }

  #takeText(turn: Turn): void {
    if (turn.role === "assistant") this.#setText(turn.id, turn.text, turn.reasoning);
  }

  #setText(id: string, text: string, reasoning: string): void {
    const entry = this.#entry(id);
    entry.text = text;
    entry.reasoning = reasoning;
    for (const listener of entry.listeners) listener(text, reasoning);
  }

  #entry(id: string) {
    let entry = this.#texts.get(id);
    if (!entry) {
      entry = { text: "", reasoning: "", listeners: new Set() };
      this.#texts.set(id, entry);
    }
    return entry;
  }
}

function next(view: View, message: Exclude<ToPanel, { type: "delta" }>, quoteSeq: number): View {
  if (message.type === "state") return { ...view, state: message.state, quote: null, announcement: null };
  if (message.type === "focus") return { ...view, focus: { target: message.target, count: view.focus.count + 1 } };
  if (message.type === "quote") return message.seq === quoteSeq ? { ...view, quote: message.quote } : view;
  if (!view.state) return view;
  const { state } = view;
  switch (message.type) {
    case "turn":
      return { ...view, announcement: announced(view, message.turn), state: { ...state, turns: withTurn(state.turns, message.turn) } };
    case "gone":
      return { ...view, state: { ...state, turns: state.turns.filter(({ id }) => id !== message.id) } };
    case "running":
      return { ...view, state: { ...state, running: message.running } };
    case "attachments":
      return { ...view, state: { ...state, attachments: message.attachments } };
    case "choice":
      return { ...view, state: { ...state, model: message.model, policy: message.policy, needsKey: message.needsKey } };
  }
}

function withTurn(turns: readonly Turn[], turn: Turn): Turn[] {
  const known = turns.some(({ id }) => id === turn.id);
  return known ? turns.map((old) => (old.id === turn.id ? turn : old)) : [...turns, turn];
}

/** Beginning and end are said aloud, never the words in between. */
function announced(view: View, turn: Turn): AnswerTurn | null {
  if (turn.role !== "assistant") return view.announcement;
  const old = view.announcement;
  return old?.id === turn.id && old.status === turn.status ? old : turn;
}
