// What the image is to be described for, a question about it, what it would cost, and the button that begins.
import type { ImagePurpose } from "../../shared/image.ts";
import type { ImagePanelState } from "../../shared/image-panel.ts";
import { usd } from "./figures.ts";
import { post } from "./image-host.ts";
import { t } from "./words.ts";

export function purposes(): { purpose: ImagePurpose; label: string }[] {
  return [
    { purpose: "describe", label: t("Everything in it") },
    { purpose: "altText", label: t("Alternative text") },
    { purpose: "text", label: t("The text in it") },
    { purpose: "ui", label: t("A user interface") },
    { purpose: "chart", label: t("A chart or diagram") },
  ];
}

export function ImageWish({ state: { purpose, question, running, quote } }: { state: ImagePanelState }) {
  const likely = quote && !quote.problem && quote.p50NanoUsd !== null;
  return (
    <section class="wish" aria-label={t("What to describe")}>
      <label>
        {t("Look for")}{" "}
        <select
          value={purpose}
          disabled={running}
          onChange={(event) => {
            const chosen = purposes().find((row) => row.purpose === event.currentTarget.value);
            if (chosen) post({ type: "purpose", purpose: chosen.purpose });
          }}
        >
          {purposes().map((row) => (
            <option key={row.purpose} value={row.purpose}>
              {row.label}
            </option>
          ))}
        </select>
      </label>
      <label class="grows">
        {t("Question (optional)")}{" "}
        <input
          type="text"
          defaultValue={question}
          onInput={(event) => post({ type: "question", question: event.currentTarget.value })}
          onKeyDown={(event) => event.key === "Enter" && !event.isComposing && describe()}
        />
      </label>
      {running ? (
        <button type="button" onClick={() => post({ type: "stop" })}>
          {t("Stop")}
        </button>
      ) : (
        <button type="button" onClick={describe}>
          {t("Describe")}
        </button>
      )}
      <p class={`quote ${quote?.problem ? "problem" : ""}`}>
        {quote?.problem ?? (likely ? t("about {0} with {1}; nothing when it is known already", usd(quote.p50NanoUsd), quote.model) : "")}
      </p>
    </section>
  );
}

function describe(): void {
  post({ type: "describe", fresh: false, otherModel: false });
}
