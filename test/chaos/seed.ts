// Chance from a seed: the same seed gives the same rounds.

export interface Chance {
  /** 0 up to, not including, 1. */
  next(): number;
  /** 0 up to, not including, `end`. */
  below(end: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** A chance of its own, for a part that must not shift the others. */
  fork(label: number): Chance;
}

/** mulberry32: small, fast, and good enough to spread faults. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    below: (end) => Math.floor(next() * end),
    pick: (items) => items[Math.floor(next() * items.length)] as (typeof items)[number],
    fork: (label) => chanceFrom((seed ^ Math.imul(label + 1, 0x9e3779b1)) >>> 0),
  };
}
