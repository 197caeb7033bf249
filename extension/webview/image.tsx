// The image panel's page: an image by paste, drop or choice, its description to read, correct, copy and insert, and earlier ones.
import { render } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { ImagePanelState, ImageSubject } from "../../shared/image-panel.ts";
import { base64Of, imagesIn, urisIn } from "./dropped-images.ts";
import { ImageHistory } from "./image-history.tsx";
import { onMessage, post } from "./image-host.ts";
import { announcementFor, ImageResult } from "./image-result.tsx";
import { ImageWish } from "./image-wish.tsx";
import { routeLinks } from "./links.ts";
import { thumbnailOf } from "./thumbnail.ts";
import { t } from "./words.ts";

function Page() {
  const [state, setState] = useState<ImagePanelState | null>(null);
  const [subject, setSubject] = useState<ImageSubject | null>(null);
  useLayoutEffect(() => {
    onMessage((message) => (message.type === "state" ? setState(message.state) : setSubject(message.subject)));
    document.addEventListener("paste", (event) => void take(event.clipboardData, event));
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => void take(event.dataTransfer, event));
    routeLinks((url) => post({ type: "link", url }));
    post({ type: "ready" });
  }, []);
  useThumbnail(state, subject);
  if (!state) return null;
  return (
    <main>
      <h1>{t("Describe an Image")}</h1>
      <Subject subject={subject} />
      {subject?.whole && <ImageWish key={subject.preview} state={state} />}
      <ImageResult state={state} subject={subject} />
      <ImageHistory rows={state.history} shownId={state.described?.id ?? ""} />
      <div class="unseen" role="status" aria-live="polite">
        {announcementFor(state)}
      </div>
    </main>
  );
}

function Subject({ subject }: { subject: ImageSubject | null }) {
  return (
    <section class="subject" aria-label={t("Image")}>
      {subject?.preview && <img src={subject.preview} alt={subject.name} />}
      <div>
        {subject ? (
          <p class="name">{subject.name}</p>
        ) : (
          <p>{t("Paste an image, drop one here (from the explorer with Shift), or choose a file.")}</p>
        )}
        <button type="button" class={subject ? "quiet" : ""} onClick={() => post({ type: "choose" })}>
          {t("Choose Image…")}
        </button>
      </div>
    </section>
  );
}

/** What is pasted into a text box as text stays there. */
async function take(data: DataTransfer | null, event: Event): Promise<void> {
  const [image] = imagesIn(data);
  const uris = event.type === "drop" ? urisIn(data) : [];
  if (!image && uris.length === 0) return;
  event.preventDefault();
  if (uris.length > 0) post({ type: "uris", uris });
  else if (image) post({ type: "image", name: image.name || t("pasted image"), data: await base64Of(image) });
}

/** The history shows a small picture of what was described; it is made here, where images can be drawn. */
function useThumbnail(state: ImagePanelState | null, subject: ImageSubject | null): void {
  const id = state?.described?.id;
  const needed = state?.history.some((row) => row.id === id && row.thumbnail === undefined) ?? false;
  useEffect(() => {
    if (!id || !needed || !subject?.whole || !subject.preview) return;
    thumbnailOf(subject.preview).then(
      (data) => post({ type: "thumbnail", id, data }),
      () => undefined,
    );
  }, [id, needed, subject]);
}

const root = document.getElementById("root");
if (root) render(<Page />, root);
