// Where each candidate stands, as columns of numbers, and the order that follows: thousands are compared for one prompt; pure.

export interface Standing {
  /** Lower groups come first, whatever the score. */
  readonly group: number;
  readonly score: number;
  readonly cost: number | null;
  readonly quality: number | null;
  /** Breaks ties: no two have the same. */
  readonly place: number;
}

export class Standings {
  readonly #group: Uint8Array;
  readonly #score: Float64Array;
  readonly #cost: Float64Array;
  readonly #quality: Float64Array;
  readonly #place: Int32Array;
  #anyMeasured = false;
  #anyPriced = false;

  constructor(count: number) {
    this.#group = new Uint8Array(count);
    this.#score = new Float64Array(count);
    this.#cost = new Float64Array(count);
    this.#quality = new Float64Array(count);
    this.#place = new Int32Array(count);
  }

  get anyMeasured(): boolean {
    return this.#anyMeasured;
  }

  get anyPriced(): boolean {
    return this.#anyPriced;
  }

  set(index: number, { group, score, cost, quality, place }: Standing): void {
    this.#group[index] = group;
    this.#score[index] = score;
    this.#cost[index] = cost ?? 0;
    this.#quality[index] = quality ?? 0;
    this.#place[index] = place;
    if (quality !== null) this.#anyMeasured = true;
    if (cost !== null) this.#anyPriced = true;
  }

  compareGroups(left: number, right: number): number {
    return (this.#group[left] ?? 0) - (this.#group[right] ?? 0);
  }

  /** Group, then score, then the lower cost, the higher quality, the place. */
  compare(left: number, right: number): number {
    return (
      this.compareGroups(left, right) ||
      (this.#score[right] ?? 0) - (this.#score[left] ?? 0) ||
      (this.#cost[left] ?? 0) - (this.#cost[right] ?? 0) ||
      (this.#quality[right] ?? 0) - (this.#quality[left] ?? 0) ||
      (this.#place[left] ?? 0) - (this.#place[right] ?? 0)
    );
  }

  /**
   * Indices, best first: a radix sort by the leading bits of group and score, then those that agree in these by
   * `compare`. Handing `compare` to the engine's own sort is the dearest part of a decision over a large catalogue.
   */
  order(): Int32Array {
    const keys = this.#keys();
    let order = new Int32Array(keys.length);
    let next = new Int32Array(keys.length);
    for (let index = 0; index < order.length; index += 1) order[index] = index;
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
      sortByDigit(keys, shift, order, next);
      [order, next] = [next, order];
    }
    for (let start = 0; start < order.length; ) {
      let end = start + 1;
      while (end < order.length && keys[order[end] ?? 0] === keys[order[start] ?? 0]) end += 1;
      if (end - start > 1) this.#settle(order, start, end);
      start = end;
    }
    return order;
  }

  /** Those whose leading bits agree: mostly two or three, one model at several providers. */
  #settle(order: Int32Array, start: number, end: number): void {
    if (end - start > MOST_INSERTED) {
      order.subarray(start, end).sort((left, right) => this.compare(left, right));
      return;
    }
    for (let next = start + 1; next < end; next += 1) {
      const index = order[next] ?? 0;
      let at = next;
      for (; at > start && this.compare(order[at - 1] ?? 0, index) > 0; at -= 1) order[at] = order[at - 1] ?? 0;
      order[at] = index;
    }
  }

  /** 3 bits of group, 1 for a score of nothing, 28 of the score, or of the cost where there is no score: a larger key is never better. */
  #keys(): Uint32Array {
    const keys = new Uint32Array(this.#group.length);
    const bits = new DataView(new ArrayBuffer(8));
    for (let index = 0; index < keys.length; index += 1) {
      const score = this.#score[index] ?? 0;
      bits.setFloat64(0, score > 0 ? score : Math.max(0, this.#cost[index] ?? 0));
      // As integers, the leading bits of positive floating-point numbers are in the order of the numbers.
      const leading = bits.getUint32(0) >>> 3;
      const within = score > 0 ? MOST_LEADING - leading : LEAST_UNSCORED + leading;
      keys[index] = (this.#group[index] ?? 0) * GROUP_STEP + within;
    }
    return keys;
  }
}

const MOST_INSERTED = 16;
const DIGIT_BITS = 11;
const DIGITS = 2 ** DIGIT_BITS;
const GROUP_STEP = 2 ** 29;
const LEAST_UNSCORED = 2 ** 28;
const MOST_LEADING = LEAST_UNSCORED - 1;

function sortByDigit(keys: Uint32Array, shift: number, from: Int32Array, to: Int32Array): void {
  const places = new Uint32Array(DIGITS);
  const digitOf = (key: number) => (key >>> shift) & (DIGITS - 1);
  for (let at = 0; at < keys.length; at += 1) {
    const digit = digitOf(keys[at] ?? 0);
    places[digit] = (places[digit] ?? 0) + 1;
  }
  let sum = 0;
  for (let digit = 0; digit < DIGITS; digit += 1) {
    const count = places[digit] ?? 0;
    places[digit] = sum;
    sum += count;
  }
  for (let at = 0; at < from.length; at += 1) {
    const index = from[at] ?? 0;
    const digit = digitOf(keys[index] ?? 0);
    const place = places[digit] ?? 0;
    places[digit] = place + 1;
    to[place] = index;
  }
}
