// Pixels turned upright, cut and made smaller by averaging; pure.

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha, row by row. */
  readonly data: Uint8Array;
}

export interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** As EXIF's orientation says that it is to be seen. */
export function upright(pixels: Pixels, orientation: number): Pixels {
  if (orientation <= 1 || orientation > 8) return pixels;
  const { width, height, data } = pixels;
  const isTurned = orientation >= 5;
  const [outWidth, outHeight] = isTurned ? [height, width] : [width, height];
  const out = new Uint32Array(outWidth * outHeight);
  const source = words(data);
  for (let y = 0; y < outHeight; y += 1) {
    for (let x = 0; x < outWidth; x += 1) {
      const [fromX, fromY] = placeBefore(orientation, x, y, width, height);
      out[y * outWidth + x] = source[fromY * width + fromX] ?? 0;
    }
  }
  return { width: outWidth, height: outHeight, data: new Uint8Array(out.buffer) };
}

function placeBefore(orientation: number, x: number, y: number, width: number, height: number): [number, number] {
  switch (orientation) {
    case 2:
      return [width - 1 - x, y];
    case 3:
      return [width - 1 - x, height - 1 - y];
    case 4:
      return [x, height - 1 - y];
    case 5:
      return [y, x];
    case 6:
      return [y, height - 1 - x];
    case 7:
      return [width - 1 - y, height - 1 - x];
    default:
      return [width - 1 - y, x];
  }
}

function words(data: Uint8Array): Uint32Array {
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

export function cut({ width, height, data }: Pixels, box: PixelBox): Pixels {
  const [x, y] = [Math.min(width - 1, Math.max(0, box.x)), Math.min(height - 1, Math.max(0, box.y))];
  const [outWidth, outHeight] = [Math.max(1, Math.min(box.width, width - x)), Math.max(1, Math.min(box.height, height - y))];
  const out = new Uint8Array(outWidth * outHeight * 4);
  for (let row = 0; row < outHeight; row += 1) {
    const start = ((y + row) * width + x) * 4;
    out.set(data.subarray(start, start + outWidth * 4), row * outWidth * 4);
  }
  return { width: outWidth, height: outHeight, data: out };
}

/** A picture where it lies on a larger, clear one; what reaches beyond that is left out. */
export function onCanvas(
  { width, height, data }: Pixels,
  canvas: { readonly width: number; readonly height: number },
  { x, y }: { readonly x: number; readonly y: number },
): Pixels {
  if (x === 0 && y === 0 && width === canvas.width && height === canvas.height) return { width, height, data };
  const out = new Uint8Array(canvas.width * canvas.height * 4);
  const columns = Math.min(width, canvas.width - x);
  for (let row = 0; columns > 0 && row < height && y + row < canvas.height; row += 1)
    out.set(data.subarray(row * width * 4, (row * width + columns) * 4), ((y + row) * canvas.width + x) * 4);
  return { ...canvas, data: out };
}

/** Each new pixel is the average of those that it covers, by area; clear ones lend it no colour. */
export function smaller(pixels: Pixels, size: { readonly width: number; readonly height: number }): Pixels {
  const { width, height, data } = pixels;
  if (size.width >= width && size.height >= height) return pixels;
  const [across, down] = [spans(width, size.width), spans(height, size.height)];
  const out = new Uint8Array(size.width * size.height * 4);
  for (let y = 0; y < size.height; y += 1) {
    for (let x = 0; x < size.width; x += 1)
      average({ data, width }, across[x] ?? NO_SPAN, down[y] ?? NO_SPAN, out, (y * size.width + x) * 4);
  }
  return { ...size, data: out };
}

interface Span {
  readonly from: number;
  readonly shares: readonly number[];
}

const NO_SPAN: Span = { from: 0, shares: [] };

/** For each of `to` steps, which of the `from` it covers and how much of each. */
function spans(from: number, to: number): Span[] {
  const step = from / to;
  return Array.from({ length: to }, (_, index) => {
    const [start, end] = [index * step, Math.min(from, (index + 1) * step)];
    const first = Math.floor(start);
    const shares: number[] = [];
    for (let at = first; at < end - 1e-9; at += 1) shares.push(Math.min(end, at + 1) - Math.max(start, at));
    return { from: first, shares };
  });
}

function average(
  source: { readonly data: Uint8Array; readonly width: number },
  across: Span,
  down: Span,
  out: Uint8Array,
  at: number,
): void {
  let [red, green, blue, alpha, weights] = [0, 0, 0, 0, 0];
  for (let row = 0; row < down.shares.length; row += 1) {
    const start = ((down.from + row) * source.width + across.from) * 4;
    for (let column = 0; column < across.shares.length; column += 1) {
      const weight = (down.shares[row] ?? 0) * (across.shares[column] ?? 0);
      const place = start + column * 4;
      const opaque = (source.data[place + 3] ?? 255) * weight;
      red += (source.data[place] ?? 0) * opaque;
      green += (source.data[place + 1] ?? 0) * opaque;
      blue += (source.data[place + 2] ?? 0) * opaque;
      alpha += opaque;
      weights += weight;
    }
  }
  if (alpha > 0) {
    out[at] = Math.round(red / alpha);
    out[at + 1] = Math.round(green / alpha);
    out[at + 2] = Math.round(blue / alpha);
  }
  out[at + 3] = Math.round(alpha / Math.max(weights, 1e-9));
}
