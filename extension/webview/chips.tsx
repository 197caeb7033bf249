// Attachments as small labels, images with a preview; removable only while they wait to be sent.
import type { AttachmentView } from "../../shared/panel.ts";
import { t } from "./words.ts";

const ICONS = { file: "file", selection: "selection", image: "image" } as const;

export function Chips({ attachments, onRemove }: { attachments: readonly AttachmentView[]; onRemove?: (id: string) => void }) {
  if (attachments.length === 0) return null;
  return (
    <ul class="chips" aria-label={t("Attachments")}>
      {attachments.map(({ id, kind, label, preview }) => (
        <li key={id} class="chip" title={label}>
          {preview ? <img src={preview} alt="" /> : <span class={`icon icon-${ICONS[kind]}`} aria-hidden="true" />}
          <span class="chip-label">{label}</span>
          {onRemove && (
            <button type="button" class="icon-button icon-close" aria-label={t("Remove {0}", label)} onClick={() => onRemove(id)} />
          )}
        </li>
      ))}
    </ul>
  );
}
