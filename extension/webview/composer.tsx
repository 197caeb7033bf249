// The prompt box: text, attachments, model, policy, the price of what is typed, send and stop; sends nothing by itself.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Policy } from "../../shared/route.ts";
import { Chips } from "./chips.tsx";
import { takeDrop, takePaste } from "./incoming.ts";
import { post } from "./host.ts";
import { IconButton } from "./icon-button.tsx";
import { QuoteLine } from "./quote-line.tsx";
import type { Store, View } from "./store.ts";
import { t } from "./words.ts";

function policies(): { policy: Policy; label: string }[] {
  return [
    { policy: "cheap", label: t("Cheap") },
    { policy: "balanced", label: t("Balanced") },
    { policy: "best", label: t("Best") },
  ];
}

export function Composer({ store, view }: { store: Store; view: View }) {
  const [text, setText] = useState(view.state?.draft ?? "");
  const box = useRef<HTMLTextAreaElement>(null);
  const attachments = view.state?.attachments ?? [];
  const running = view.state?.running ?? false;
  useEffect(() => {
    if (view.focus.target === "prompt") box.current?.focus();
  }, [view.focus]);
  useEffect(() => askPrice(store, text), [text, attachments, view.state?.model, view.state?.policy]);
  const send = () => {
    if (running || text.trim() === "") return;
    post({ type: "send", text });
    setText("");
  };
  return (
    <section class="composer" aria-label={t("New question")} onDragOver={(event) => event.preventDefault()} onDrop={takeDrop}>
      <Chips attachments={attachments} onRemove={(id) => post({ type: "detach", id })} />
      <textarea
        ref={box}
        rows={1}
        value={text}
        aria-label={t("Question")}
        placeholder={t("Ask anything; Enter sends, Shift+Enter begins a new line")}
        onInput={(event) => setText(event.currentTarget.value)}
        onPaste={takePaste}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <QuoteLine quote={view.quote} />
      <Controls view={view} onSend={text.trim() === "" ? null : send} />
    </section>
  );
}

function Controls({ view, onSend }: { view: View; onSend: (() => void) | null }) {
  const { state } = view;
  if (!state) return null;
  return (
    <div class="controls">
      <IconButton icon="attach" label={t("Attach File…")} onClick={() => post({ type: "attach", what: "file" })} />
      <IconButton icon="selection" label={t("Attach Selection")} onClick={() => post({ type: "attach", what: "selection" })} />
      <IconButton icon="image" label={t("Attach Image…")} onClick={() => post({ type: "attach", what: "image" })} />
      <button
        type="button"
        class="quiet choice model-choice"
        title={state.model.detail}
        aria-label={t("Model: {0}", state.model.label)}
        onClick={() => post({ type: "pickModel" })}
      >
        {state.model.label}
      </button>
      <select
        class="choice"
        aria-label={t("Policy")}
        title={t("How price is traded against quality")}
        value={state.policy}
        onChange={(event) => {
          const chosen = policies().find(({ policy }) => policy === event.currentTarget.value);
          if (chosen) post({ type: "policy", policy: chosen.policy });
        }}
      >
        {policies().map(({ policy, label }) => (
          <option key={policy} value={policy}>
            {label}
          </option>
        ))}
      </select>
      {state.running ? (
        <IconButton primary icon="stop" label={t("Stop")} onClick={() => post({ type: "stop" })} />
      ) : (
        <IconButton primary icon="send" label={t("Send")} disabled={onSend === null} onClick={() => onSend?.()} />
      )}
    </div>
  );
}

function askPrice(store: Store, text: string): void {
  store.quoteSeq += 1;
  post({ type: "draft", seq: store.quoteSeq, text });
}
