// The panel before the first question: what to do, in three lines, each an action.
import { post } from "./host.ts";
import { t } from "./words.ts";

export function Empty({ needsKey }: { needsKey: boolean }) {
  return (
    <div class="empty">
      <h2>{t("Ask a model on your own keys")}</h2>
      <p>{t("Type below, or select code in an editor and choose Explain Selection. The price shows before you send.")}</p>
      {needsKey && (
        <p>
          {t("Without a key the demo answers; it calls no model and costs nothing.")}{" "}
          <button type="button" onClick={() => post({ type: "command", command: "setKey" })}>
            {t("Set Key…")}
          </button>
        </p>
      )}
      <p>
        <button type="button" class="quiet" onClick={() => post({ type: "command", command: "openHistory" })}>
          {t("Open Earlier Chat…")}
        </button>
      </p>
    </div>
  );
}
