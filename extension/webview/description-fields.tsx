// The three texts of an image's description as fields to read and correct; says what they hold now, keeps nothing by itself.
import { useState } from "preact/hooks";
import type { DescribedImage } from "../../shared/image.ts";
import type { ImageCorrection } from "../../shared/panel.ts";
import { t } from "./words.ts";

export type DescriptionField = "description" | "altText" | "text";

export interface Correcting {
  readonly now: ImageCorrection;
  readonly changed: boolean;
  set(change: Partial<ImageCorrection>): void;
  undo(): void;
}

export function useCorrection({ id, description, altText, text }: DescribedImage): Correcting {
  const before = { id, summary: description.summary, altText, text };
  const [now, setNow] = useState(before);
  const changed = now.summary !== before.summary || now.altText !== altText || now.text !== text;
  return { now, changed, set: (change) => setNow({ ...now, ...change }), undo: () => setNow(before) };
}

interface FieldsProps {
  readonly correcting: Correcting;
  /** Where a text can be copied from here. */
  readonly onCopy?: (what: DescriptionField) => void;
}

export function DescriptionFields({ correcting: { now, set }, onCopy }: FieldsProps) {
  const copying = onCopy ? { onCopy } : {};
  return (
    <>
      <Field label={t("Description")} value={now.summary} what="description" onInput={(summary) => set({ summary })} {...copying} />
      <Field label={t("Alternative text")} value={now.altText} what="altText" onInput={(altText) => set({ altText })} {...copying} />
      <Field label={t("Text in the image")} value={now.text} what="text" onInput={(text) => set({ text })} {...copying} />
    </>
  );
}

interface FieldProps extends Pick<FieldsProps, "onCopy"> {
  readonly label: string;
  readonly value: string;
  readonly what: DescriptionField;
  onInput(value: string): void;
}

function Field({ label, value, what, onInput, onCopy }: FieldProps) {
  return (
    <div class="field">
      <label>
        <span>{label}</span>
        <textarea rows={2} value={value} onInput={(event) => onInput(event.currentTarget.value)} />
      </label>
      {onCopy && (
        <button
          type="button"
          class="icon-button icon-copy"
          title={t("Copy {0}", label)}
          aria-label={t("Copy {0}", label)}
          onClick={() => onCopy(what)}
        />
      )}
    </div>
  );
}
