// Earlier descriptions, newest first, each with its picture; opening one asks no model.
import type { ImageHistoryRow } from "../../shared/image-panel.ts";
import { moment } from "./figures.ts";
import { post } from "./image-host.ts";
import { purposes } from "./image-wish.tsx";
import { t } from "./words.ts";

export function ImageHistory({ rows, shownId }: { rows: readonly ImageHistoryRow[]; shownId: string }) {
  if (rows.length === 0) return null;
  return (
    <section class="earlier" aria-label={t("Earlier descriptions")}>
      <h2>{t("Earlier descriptions")}</h2>
      <ul>
        {rows.map(({ id, name, at, purpose, summary, thumbnail }) => (
          <li key={id}>
            <button type="button" class="quiet row" aria-current={id === shownId} onClick={() => post({ type: "open", id })}>
              {thumbnail ? <img src={thumbnail} alt="" /> : <span class="icon icon-image" aria-hidden="true" />}
              <span class="about">
                <span class="name">{name}</span>{" "}
                <span class="faint">
                  {purposes().find((row) => row.purpose === purpose)?.label} · {moment(at)}
                </span>
                <span class="summary">{summary}</span>
              </span>
            </button>
            <button
              type="button"
              class="icon-button icon-close"
              title={t("Forget {0}", name)}
              aria-label={t("Forget {0}", name)}
              onClick={() => post({ type: "forget", id })}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
