// One question as it was asked, with its attachments; can be edited and sent again, or begin another chat.
import { useState } from "preact/hooks";
import type { QuestionTurn } from "../../shared/panel.ts";
import { Chips } from "./chips.tsx";
import { post } from "./host.ts";
import { IconButton } from "./icon-button.tsx";
import { t } from "./words.ts";

export function Question({ turn, busy }: { turn: QuestionTurn; busy: boolean }) {
  const [edited, setEdited] = useState<string | null>(null);
  const send = () => {
    if (edited?.trim()) post({ type: "edit", id: turn.id, text: edited });
    setEdited(null);
  };
  return (
    <article class="turn question" aria-label={t("You")} tabIndex={0}>
      <header>
        <span class="who">{t("You")}</span>
        <span class="turn-actions">
          <IconButton icon="edit" label={t("Edit and Send Again")} disabled={busy} onClick={() => setEdited(turn.text)} />
          <IconButton icon="fork" label={t("Fork Chat Here")} disabled={busy} onClick={() => post({ type: "fork", id: turn.id })} />
        </span>
      </header>
      <Chips attachments={turn.attachments} />
      {edited === null ? (
        <div class="words">{turn.text}</div>
      ) : (
        <div class="edit">
          <textarea
            ref={takeFocus}
            aria-label={t("Edited question")}
            value={edited}
            onInput={(event) => setEdited(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") setEdited(null);
              if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
                event.preventDefault();
                send();
              }
            }}
          />
          <button type="button" onClick={send}>
            {t("Send")}
          </button>
          <button type="button" class="quiet" onClick={() => setEdited(null)}>
            {t("Cancel")}
          </button>
        </div>
      )}
    </article>
  );
}

/** Whoever chose to edit types next. */
function takeFocus(box: HTMLTextAreaElement | null): void {
  box?.focus();
}
