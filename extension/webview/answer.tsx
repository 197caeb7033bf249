// One answer: streamed Markdown, what happened on the way, and under it the model, the cost and why that model.
import { memo } from "preact/compat";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { AnswerTurn } from "../../shared/panel.ts";
import { day, usd } from "./figures.ts";
import { post } from "./host.ts";
import { IconButton } from "./icon-button.tsx";
import { MarkdownView } from "./markdown-view.ts";
import { provenanceName } from "./outcomes.ts";
import { RouteTable } from "./route-table.tsx";
import { SeenImages } from "./seen-images.tsx";
import type { Store } from "./store.ts";
import { tokensFor } from "./tokens.ts";
import { t } from "./words.ts";

interface AnswerProps {
  readonly turn: AnswerTurn;
  readonly store: Store;
  readonly busy: boolean;
  readonly last: boolean;
}

export const Answer = memo(DrawnAnswer, (old, now) => old.turn === now.turn && old.busy === now.busy && old.last === now.last);

function DrawnAnswer({ turn, store, busy, last }: AnswerProps) {
  const running = turn.status === "running";
  return (
    <article
      class={`turn answer ${turn.status}`}
      aria-label={t("Answer from {0}", turn.model ?? t("a model"))}
      aria-busy={running}
      tabIndex={0}
    >
      <header>
        <span class="who">{turn.model ?? "Latchkey"}</span>
      </header>
      {turn.images && <SeenImages answerId={turn.id} images={turn.images} busy={busy} />}
      <Reasoning id={turn.id} store={store} shown={turn.reasoning !== "" || running} />
      <Words turn={turn} store={store} />
      <Notes turn={turn} />
      {turn.failure && <FailureBox id={turn.id} failure={turn.failure} busy={busy} />}
      {!running && <Footer turn={turn} busy={busy} last={last} />}
    </article>
  );
}

function Words({ turn, store }: { turn: AnswerTurn; store: Store }) {
  const root = useRef<HTMLDivElement>(null);
  const view = useRef<MarkdownView | null>(null);
  const done = useRef(turn.status !== "running");
  done.current = turn.status !== "running";
  useLayoutEffect(() => {
    if (!root.current) return undefined;
    const made = new MarkdownView({
      root: root.current,
      painter: store.painter,
      onCode: (action, text, languageId) => post({ type: "code", action, text, languageId }),
    });
    view.current = made;
    const stop = store.follow(turn.id, (text) => made.update(text, done.current));
    return () => {
      stop();
      made.dispose();
    };
  }, [turn.id, store]);
  useLayoutEffect(() => {
    if (turn.status !== "running") view.current?.update(turn.text, true);
  }, [turn]);
  return <div class="words" ref={root} />;
}

function Reasoning({ id, store, shown }: { id: string; store: Store; shown: boolean }) {
  const [text, setText] = useState("");
  useLayoutEffect(() => store.follow(id, (_, reasoning) => setText(reasoning)), [id, store]);
  if (!shown || text === "") return null;
  return (
    <details class="reasoning">
      <summary>{t("Reasoning")}</summary>
      <div class="words">{text}</div>
    </details>
  );
}

function Notes({ turn }: { turn: AnswerTurn }) {
  const waiting = turn.status === "running" && turn.text === "" && turn.notes.length === 0;
  return (
    <>
      {waiting && <p class="note waiting">{t("Waiting for the first word…")}</p>}
      {turn.notes.map(({ kind, text }) => (
        <p key={`${kind}:${text}`} class={`note ${kind}`}>
          {text}
        </p>
      ))}
    </>
  );
}

function FailureBox({ id, failure, busy }: { id: string; failure: NonNullable<AnswerTurn["failure"]>; busy: boolean }) {
  return (
    <div class="failure" role="alert">
      <p>{failure.message}</p>
      <p>
        {failure.repairs.map((repair, index) => (
          <button
            key={repair.id}
            type="button"
            class={index > 0 ? "quiet" : ""}
            disabled={busy}
            onClick={() => post({ type: "repair", id, repair: repair.id })}
          >
            {repair.label}
          </button>
        ))}
      </p>
    </div>
  );
}

function Footer({ turn, busy, last }: { turn: AnswerTurn; busy: boolean; last: boolean }) {
  const [why, setWhy] = useState(false);
  const { usage } = turn;
  const tokens = usage ? tokensFor(usage) : "";
  return (
    <footer>
      <span class="bill" title={billTitle(turn)}>
        {[turn.model, turn.cost && usd(turn.cost.nanoUsd), tokens].filter(Boolean).join(" · ")}
      </span>
      <span class="turn-actions">
        {turn.route && <IconButton icon="why" label={t("Why This Model?")} pressed={why} onClick={() => setWhy(!why)} />}
        {last && (
          <IconButton
            icon="retry"
            label={t("Ask Again")}
            disabled={busy}
            onClick={() => post({ type: "retry", id: turn.id, otherModel: false })}
          />
        )}
        {last && (
          <IconButton
            icon="swap"
            label={t("Ask Again with Another Model…")}
            disabled={busy}
            onClick={() => post({ type: "retry", id: turn.id, otherModel: true })}
          />
        )}
        <IconButton icon="fork" label={t("Fork Chat Here")} disabled={busy} onClick={() => post({ type: "fork", id: turn.id })} />
        <IconButton
          icon="copy"
          label={t("Copy Answer")}
          onClick={() => post({ type: "code", action: "copy", text: turn.text, languageId: "markdown" })}
        />
      </span>
      {why && turn.route && <RouteTable route={turn.route} attempts={turn.attempts ?? []} />}
    </footer>
  );
}

function billTitle({ cost, usage }: AnswerTurn): string {
  if (!cost || !usage) return "";
  const lines = [
    t("Cost {0} ({1})", usd(cost.nanoUsd), provenanceName(cost.provenance)),
    cost.priceDate ? t("Price of {0}", day(cost.priceDate)) : "",
    t(
      "Sent {0}, from cache {1}, written to cache {2}",
      usage.inputTokens,
      usage.cacheReadTokens,
      usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
    ),
    t("Received {0}, of which reasoning {1}", usage.outputTokens, usage.reasoningTokens),
  ];
  return lines.filter(Boolean).join("\n");
}
