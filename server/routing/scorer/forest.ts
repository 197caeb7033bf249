// Walks the grown trees over a binned prompt and says which features moved the result. Never grows anything.

/** Nodes of all trees in preorder: the left child follows its parent, the right one is `link` further. */
export interface Forest {
  starts: Uint32Array;
  /** The feature a node asks about, or `LEAF`. */
  feature: Uint8Array;
  /** A row goes left when its bin is at most this. */
  bin: Uint8Array;
  link: Uint16Array;
  /** The mean target of the rows that reached the node, in steps of `1 / VALUE_STEPS`. */
  value: Int16Array;
}

export const LEAF = 255;
export const VALUE_STEPS = 4096;

/** The mean over all trees; `moved`, when given, collects what each split's feature changed. */
export function walk(forest: Forest, bins: Uint8Array, moved?: Float64Array): number {
  const { starts, feature, bin, link, value } = forest;
  if (starts.length === 0) return 0;
  const unit = 1 / (VALUE_STEPS * starts.length);
  let sum = 0;
  for (const start of starts) {
    let node = start;
    for (;;) {
      const asked = feature[node] ?? LEAF;
      if (asked === LEAF) break;
      const next = (bins[asked] ?? 0) <= (bin[node] ?? 0) ? node + 1 : node + (link[node] ?? 0);
      if (moved) moved[asked] = (moved[asked] ?? 0) + ((value[next] ?? 0) - (value[node] ?? 0)) * unit;
      node = next;
    }
    sum += (value[node] ?? 0) * unit;
  }
  return sum;
}

/** How many of the feature's ascending edges lie below the value. */
export function binOf(edges: Float32Array, from: number, to: number, value: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low - from;
}

/** Every feature's bin; `count` edges a feature, stored one feature after the other. */
export function binRow(edges: Float32Array, count: number, row: Float64Array): Uint8Array {
  const bins = new Uint8Array(row.length);
  for (let index = 0; index < row.length; index += 1) bins[index] = binOf(edges, index * count, (index + 1) * count, row[index] ?? 0);
  return bins;
}
