// A description: three texts that can be corrected and copied, where things lie, who wrote it and what it cost; or what went wrong.
import { useEffect, useRef } from "preact/hooks";
import type { DescribedImage } from "../../shared/image.ts";
import type { ImagePanelState, ImageSubject } from "../../shared/image-panel.ts";
import { DescriptionFields, useCorrection } from "./description-fields.tsx";
import { usd } from "./figures.ts";
import { post } from "./image-host.ts";
import { renderMarkdown } from "./markdown.ts";
import { tokensFor } from "./tokens.ts";
import { t } from "./words.ts";

export function announcementFor({ running, described, failure }: ImagePanelState): string {
  if (running) return t("Describing the image");
  if (failure) return t("The image could not be described: {0}", failure.message);
  return described ? t("Described: {0}", described.altText || described.description.summary) : "";
}

export function ImageResult({ state, subject }: { state: ImagePanelState; subject: ImageSubject | null }) {
  const { running, described, failure } = state;
  if (running) return <p class="note waiting">{t("Describing…")}</p>;
  if (failure) return <Problem failure={failure} />;
  return described ? (
    <Description key={`${described.id}:${described.markdown}`} described={described} state={state} subject={subject} />
  ) : null;
}

function Problem({ failure: { message, repairs } }: { failure: NonNullable<ImagePanelState["failure"]> }) {
  return (
    <div class="failure" role="alert">
      <p>{message}</p>
      <p>
        {repairs.map(({ id, label }, index) => (
          <button key={id} type="button" class={index > 0 ? "quiet" : ""} onClick={() => post({ type: "repair", repair: id })}>
            {label}
          </button>
        ))}
      </p>
    </div>
  );
}

interface DescriptionProps {
  readonly described: DescribedImage;
  readonly state: ImagePanelState;
  readonly subject: ImageSubject | null;
}

function Description({ described, state, subject }: DescriptionProps) {
  const correcting = useCorrection(described);
  const { changed } = correcting;
  const keep = () => post({ type: "correct", correction: correcting.now });
  return (
    <section
      class="result"
      aria-label={t("Description")}
      onKeyDown={(event) => {
        if (changed && event.key === "Enter" && (event.ctrlKey || event.metaKey)) keep();
      }}
    >
      <DescriptionFields correcting={correcting} onCopy={(what) => post({ type: "copy", what })} />
      <p class="controls">
        <button type="button" disabled={!changed} title={t("Models are told these words from then on (Ctrl+Enter)")} onClick={keep}>
          {t("Keep Changes")}
        </button>
        <button type="button" class="quiet" disabled={!changed} onClick={correcting.undo}>
          {t("Undo Changes")}
        </button>
        <button type="button" class="quiet" disabled={changed} onClick={() => post({ type: "insert", what: "description" })}>
          {t("Insert as Markdown")}
        </button>
        {subject?.isFile && (
          <button type="button" class="quiet" disabled={changed} onClick={() => post({ type: "insert", what: "image" })}>
            {t("Insert Image with This Alternative Text")}
          </button>
        )}
        {subject?.whole && <Again />}
      </p>
      <p class="bill">{billOf(described, state)}</p>
      <Layout markdown={described.markdown} />
    </section>
  );
}

function Again() {
  return (
    <>
      <button type="button" class="quiet" onClick={() => post({ type: "describe", fresh: true, otherModel: false })}>
        {t("Describe Again")}
      </button>
      <button type="button" class="quiet" onClick={() => post({ type: "describe", fresh: true, otherModel: true })}>
        {t("Describe with Another Model…")}
      </button>
    </>
  );
}

function billOf({ model, cost, cached, edited }: DescribedImage, { usage, failedAttempts }: ImagePanelState): string {
  const tokens = usage ? tokensFor(usage) : "";
  const failed = failedAttempts > 0 ? t("{0} failed before", failedAttempts) : "";
  return [
    model ?? "",
    cached ? t("known already: nothing was sent") : usd(cost.nanoUsd),
    tokens,
    failed,
    edited ? t("corrected by you") : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** All of it as it would be inserted: with where each text, region, object and control lies. */
function Layout({ markdown }: { markdown: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.replaceChildren(renderMarkdown(markdown, "")), [markdown]);
  return (
    <details>
      <summary>{t("All of it, with where things lie")}</summary>
      <div class="words" ref={box} />
    </details>
  );
}
