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

  set(index: number, group: number, score: number, cost: number | null, quality: number | null, place: number): void {
    this.#group[index] = group;
    this.#score[index] = score;
    this.#cost[index] = cost ?? 0;
    this.#quality[index] = quality ?? 0;
    this.#place[index] = place;
    if (quality !== null) this.#anyMeasured = true;
    if (cost !== null) this.#anyPriced = true;
  }

  groupAt(index: number): number {
    return this.#group[index] ?? 0;
  }

  scoreAt(index: number): number {
    return this.#score[index] ?? 0;
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
    if (this.#group.length <= MOST_INSERTED) return this.#orderOfFew();
    const keys = this.#keys();
    const order = sortedByKey(keys);
    for (let start = 0; start < order.length; ) {
      let end = start + 1;
      while (end < order.length && keys[order[end] ?? 0] === keys[order[start] ?? 0]) end += 1;
      if (end - start > 1) this.#settle(order, start, end);
      start = end;
    }
    return order;
  }

  #orderOfFew(): Int32Array {
    const order = Int32Array.from(this.#group, (_group, index) => index);
    return order.length > 1 ? order.sort((left, right) => this.compare(left, right)) : order;
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
    const groups = this.#group;
    const scores = this.#score;
    const costs = this.#cost;
    const keys = new Uint32Array(groups.length);
    // Little-endian, as every machine is that Node runs on: the second half holds the leading bits.
    const scoreHalves = new Uint32Array(scores.buffer);
    const costHalves = new Uint32Array(costs.buffer);
    for (let index = 0; index < keys.length; index += 1) {
      const half = 2 * index + 1;
      const within =
        (scores[index] ?? 0) > 0
          ? MOST_LEADING - ((scoreHalves[half] ?? 0) >>> 3)
          : LEAST_UNSCORED + ((costs[index] ?? 0) > 0 ? (costHalves[half] ?? 0) >>> 3 : 0);
      keys[index] = (groups[index] ?? 0) * GROUP_STEP + within;
    }
    return keys;
  }
}

const MOST_INSERTED = 16;
const DIGIT_BITS = 8;
const DIGITS = 2 ** DIGIT_BITS;
const GROUP_STEP = 2 ** 29;
const LEAST_UNSCORED = 2 ** 28;
const MOST_LEADING = LEAST_UNSCORED - 1;

function sortByDigit(keys: Uint32Array, shift: number, from: Int32Array, to: Int32Array): void {
  const places = new Uint32Array(DIGITS);
  for (let at = 0; at < keys.length; at += 1) {
    const digit = ((keys[at] ?? 0) >>> shift) & (DIGITS - 1);
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
    const digit = ((keys[index] ?? 0) >>> shift) & (DIGITS - 1);
    const place = places[digit] ?? 0;
    places[digit] = place + 1;
    to[place] = index;
  }
}

function sortedByKey(keys: Uint32Array): Int32Array {
  const [one, other] = [new Int32Array(keys.length), new Int32Array(keys.length)];
  for (let index = 0; index < one.length; index += 1) one[index] = index;
  for (let shift = 0; shift < 32; shift += 2 * DIGIT_BITS) {
    sortByDigit(keys, shift, one, other);
    sortByDigit(keys, shift + DIGIT_BITS, other, one);
  }
  return one;
}
