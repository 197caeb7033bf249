// Whether the compressed pixels of a GIF's picture can be followed to their end: a decoder led in a circle by broken ones would never come back; pure.

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
