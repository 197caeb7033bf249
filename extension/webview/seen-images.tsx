// What a model that cannot see was told of the question's images: folded away, to be read, corrected and asked again with.
import type { DescribedImage } from "../../shared/image.ts";
import { DescriptionFields, useCorrection } from "./description-fields.tsx";
import { usd } from "./figures.ts";
import { post } from "./host.ts";
import { t } from "./words.ts";

interface SeenImagesProps {
  readonly answerId: string;
  readonly images: readonly DescribedImage[];
  readonly busy: boolean;
}

export function SeenImages({ answerId, images, busy }: SeenImagesProps) {
  return (
    <>
      {images.map((image) => (
        <SeenImage key={`${image.id}:${image.markdown}`} answerId={answerId} image={image} busy={busy} />
      ))}
    </>
  );
}

function SeenImage({ answerId, image, busy }: { answerId: string; image: DescribedImage; busy: boolean }) {
  const correcting = useCorrection(image);
  return (
    <details class="seen-image">
      <summary>{t("What the model was told of the image: {0}", image.altText || image.description.summary)}</summary>
      <DescriptionFields correcting={correcting} />
      <p class="bill">{whoFor(image)}</p>
      <p>
        <button
          type="button"
          disabled={busy || !correcting.changed}
          onClick={() => post({ type: "correctImage", id: answerId, correction: correcting.now })}
        >
          {t("Keep Changes and Ask Again")}
        </button>{" "}
        <button type="button" class="quiet" disabled={!correcting.changed} onClick={correcting.undo}>
          {t("Undo Changes")}
        </button>
      </p>
    </details>
  );
}

function whoFor({ model, cost, cached, edited }: DescribedImage): string {
  const paid = cached ? t("known already: nothing was sent") : usd(cost.nanoUsd);
  return [model ?? "", paid, edited ? t("corrected by you") : ""].filter(Boolean).join(" · ");
}
