// Whether a GIF has more pictures than one, and whether the compressed pixels of its picture can be followed to their end: a decoder led in a circle by broken ones would never come back; pure.

/** A file that was cut off before a second picture counts as still. */
export function moves(view: DataView): boolean {
  const at = { place: 13 + colours(view.getUint8(10)) };
  for (let pictures = 0; at.place < view.byteLength; ) {
    const kind = view.getUint8(at.place);
    if (kind === PICTURE) {
      pictures += 1;
      if (pictures > 1) return true;
      at.place += 10 + colours(view.getUint8(at.place + 9)) + 1;
    } else if (kind === EXTENSION) at.place += 2;
    else return false;
    skipBlocks(view, at);
  }
  return false;
}

const PICTURE = 0x2c;
const EXTENSION = 0x21;

/** Bytes of a table of colours, by the flags that tell of it. */
function colours(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1);
}

function skipBlocks(view: DataView, at: { place: number }): void {
  while (at.place < view.byteLength) {
    const length = view.getUint8(at.place);
    at.place += 1 + length;
    if (length === 0) return;
  }
}

/** Throws where a code names an entry that is not there yet. `at`: where the picture's data begin. */
export function checkCodes(bytes: Uint8Array, at: number): void {
  const least = bytes[at] ?? 0;
  if (least < 1 || least > 8) throw new Error("its pixels cannot be read");
  const read = codesOf(bytes, at + 1);
  const clear = 1 << least;
  let [next, size, hasBefore] = [clear + 2, least + 1, false];
  for (let code = read(size); code !== null && code !== clear + 1; code = read(size)) {
    if (code === clear) {
      [next, size, hasBefore] = [clear + 2, least + 1, false];
      continue;
    }
    if (hasBefore ? code > next : code > clear) throw new Error("its pixels are broken");
    if (hasBefore && next < 4096) {
      next += 1;
      if (next >= 1 << size && size < 12) size += 1;
    }
    hasBefore = true;
  }
}

/** Codes of as many bits as are asked for, least bit first, out of blocks that say their length; null at the end. */
function codesOf(bytes: Uint8Array, from: number): (size: number) => number | null {
  let [at, left, bits, held] = [from + 1, bytes[from] ?? 0, 0, 0];
  return (size) => {
    while (bits < size) {
      if (left === 0) return null;
      held |= (bytes[at] ?? 0) << bits;
      [at, left, bits] = [at + 1, left - 1, bits + 8];
      if (left > 0) continue;
      left = bytes[at] ?? 0;
      at += 1;
    }
    const code = held & ((1 << size) - 1);
    held >>>= size;
    bits -= size;
    return code;
  };
}
