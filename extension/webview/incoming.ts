// What is pasted or dropped: images are shrunk to what vendors look at and handed over, files by their address; nothing is kept here.
import { base64Of, imagesIn, urisIn } from "./dropped-images.ts";
import { post } from "./host.ts";
import { t } from "./words.ts";

/** Vendors scale larger images down to about this edge, and bill what they get. */
const EDGE_MAX_PX = 1568;
const UNTOUCHED_BYTES_MAX = 1_500_000;

export function takePaste(event: ClipboardEvent): void {
  const images = imagesIn(event.clipboardData);
  if (images.length === 0) return;
  event.preventDefault();
  for (const image of images) void attach(image);
}

export function takeDrop(event: DragEvent): void {
  event.preventDefault();
  const uris = urisIn(event.dataTransfer);
  if (uris.length > 0) post({ type: "attachUris", uris });
  else for (const image of imagesIn(event.dataTransfer)) void attach(image);
}

async function attach(file: File): Promise<void> {
  const fitted = await shrunk(file);
  const data = await base64Of(fitted);
  post({ type: "attachImage", name: file.name || t("pasted image"), mediaType: fitted.type, data });
}

async function shrunk(file: File): Promise<Blob> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, EDGE_MAX_PX / Math.max(bitmap.width, bitmap.height));
  if (scale === 1 && file.size <= UNTOUCHED_BYTES_MAX) return file;
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob(file.type === "image/jpeg" ? { type: "image/jpeg", quality: 0.9 } : { type: "image/png" });
}
