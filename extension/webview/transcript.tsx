// The talk so far: questions and answers in order, kept at the end while an answer grows unless the reader has scrolled away.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Answer } from "./answer.tsx";
import { Question } from "./question.tsx";
import type { Store, View } from "./store.ts";
import { t } from "./words.ts";

/** Nearer to the end than this counts as being at the end. */
const END_PX = 40;

export function Transcript({ store, view }: { store: Store; view: View }) {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const turns = view.state?.turns ?? [];
  const running = view.state?.running ?? false;
  const keepAtEnd = () => {
    if (box.current && follows.current) box.current.scrollTop = box.current.scrollHeight;
  };
  const seen = useRef({ top: 0, height: 0 });
  const onScroll = () => {
    if (!box.current) return;
    const { scrollTop: top, scrollHeight: height, clientHeight } = box.current;
    if (height - top - clientHeight < END_PX) follows.current = true;
    // Only a reader scrolls up; what grows or shrinks by itself must not pass for that.
    else if (top < seen.current.top && height >= seen.current.height) follows.current = false;
    seen.current = { top, height };
  };
  useLayoutEffect(() => {
    follows.current = true;
    keepAtEnd();
  }, [turns.length]);
  useEffect(() => {
    // Turns out of sight get their true height late, and an answer grows with every frame.
    const sized = new ResizeObserver(keepAtEnd);
    if (content.current) sized.observe(content.current);
    return () => sized.disconnect();
  }, []);
  useEffect(() => {
    if (view.focus.target === "answer" && view.focus.count > 0) lastArticle(box.current)?.focus();
  }, [view.focus]);
  return (
    <div class="transcript" ref={box} onScroll={onScroll} role="log" aria-live="off" aria-label={t("Chat")} tabIndex={0}>
      <div ref={content}>
        {turns.map((turn, index) =>
          turn.role === "user" ? (
            <Question key={turn.id} turn={turn} busy={running} />
          ) : (
            <Answer key={turn.id} turn={turn} store={store} busy={running} last={index === turns.length - 1} />
          ),
        )}
      </div>
    </div>
  );
}

function lastArticle(box: HTMLElement | null): HTMLElement | undefined {
  return [...(box?.querySelectorAll<HTMLElement>("article.answer") ?? [])].at(-1);
}
