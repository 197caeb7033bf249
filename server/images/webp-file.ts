// The container of a WebP file: its chunks, the way up that its EXIF tells, and the first picture of one that moves; pure, decodes nothing.

export interface WebpChunk {
  readonly name: string;
  /** Where its content begins, and how long it is; a file that was cut off may end before. */
  readonly at: number;
  readonly length: number;
}

/** developers.google.com/speed/webp/docs/riff_container: flags in the first byte of VP8X. */
const ANIMATED = 0x02;
const ALPHA = 0x10;
const FRAME_HEAD_BYTES = 16;

/** The chunks between two places of the file; RIFF pads each to an even length. */
export function webpChunks(view: DataView, from = 12, to = view.byteLength): WebpChunk[] {
  const chunks: WebpChunk[] = [];
  for (let at = from; at + 8 <= to; ) {
    const length = view.getUint32(at + 4, true);
    chunks.push({ name: fourLetters(view, at), at: at + 8, length });
    at += 8 + length + (length % 2);
  }
  return chunks;
}

/** Where the TIFF block lies that EXIF is: some writers put the letters that JPEG has before it. */
export function exifPlace(view: DataView): number | null {
  const exif = webpChunks(view).find(({ name, at, length }) => name === "EXIF" && at + length <= view.byteLength && length >= 14);
  if (!exif) return null;
  return fourLetters(view, exif.at) === "Exif" ? exif.at + 6 : exif.at;
}

/** Whether it was written without loss, as a screen is and a photograph is not. */
export function isLossless(bytes: Uint8Array): boolean {
  return webpChunks(viewOf(firstPicture(bytes).bytes)).some(({ name }) => name === "VP8L");
}

export interface FirstPicture {
  /** A WebP file of this picture alone. */
  readonly bytes: Uint8Array;
  /** Where it lies on the whole; null where it is the whole. */
  readonly place: { readonly x: number; readonly y: number } | null;
}

/** The file as it is, or the first frame of an animation as a file of its own. */
export function firstPicture(bytes: Uint8Array): FirstPicture {
  const view = viewOf(bytes);
  const [head, ...others] = webpChunks(view);
  if (head?.name !== "VP8X" || (view.getUint8(head.at) & ANIMATED) === 0) return { bytes, place: null };
  const frame = others.find(({ name, length }) => name === "ANMF" && length > FRAME_HEAD_BYTES);
  if (!frame) throw new Error("it is an animation without a picture");
  const from = frame.at + FRAME_HEAD_BYTES;
  const to = Math.min(bytes.length, frame.at + frame.length);
  const names = webpChunks(view, from, to).map(({ name }) => name);
  const picture = bytes.subarray(from, to);
  const place = { x: 2 * uint24(view, frame.at), y: 2 * uint24(view, frame.at + 3) };
  if (!names.includes("ALPH")) return { bytes: asFile(picture), place };
  // With its transparency apart, a picture needs the extended head: flags, and its size as the frame has it.
  const extended = new Uint8Array(18);
  extended.set(new TextEncoder().encode("VP8X"));
  extended.set([10, 0, 0, 0, ALPHA], 4);
  extended.set(bytes.subarray(frame.at + 6, frame.at + 12), 12);
  return { bytes: asFile(extended, picture), place };
}

function asFile(...chunks: readonly Uint8Array[]): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 4);
  const file = new Uint8Array(8 + length);
  file.set(new TextEncoder().encode("RIFF"));
  viewOf(file).setUint32(4, length, true);
  file.set(new TextEncoder().encode("WEBP"), 8);
  let at = 12;
  for (const chunk of chunks) {
    file.set(chunk, at);
    at += chunk.length;
  }
  return file;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

export function fourLetters(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}
