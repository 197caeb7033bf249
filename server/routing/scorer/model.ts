// What was learned, as arrays: how to scale a prompt's features, a line for each kind of prompt, a forest for choices. Decoding only.
import type { Forest } from "./forest.ts";
import type { Kind } from "./kind.ts";

export const LINES = ["general", "program", "programming", "problem"] as const;
export type LineName = (typeof LINES)[number];

/** How a kind's parts are put on one scale and turned into an expected gain. */
export interface Scale {
  /** Typical spread of each part within a task, so that weights compare like with like. */
  spread: { stem: number; general: number; own: number };
  centre: number;
  deviation: number;
  /** Logistic map of the standardised score to the gain seen in training. */
  intercept: number;
  slope: number;
}

export interface Model {
  features: readonly string[];
  centre: Float32Array;
  scale: Float32Array;
  edges: Float32Array;
  edgeCount: number;
  lines: Readonly<Record<LineName, Float32Array>>;
  forest: Forest;
  kinds: Readonly<Record<Exclude<Kind, "open">, Scale>>;
}

/** The generated module's form: arrays as base64 of little-endian bytes, the rest as plain values. */
export interface PackedModel {
  features: readonly string[];
  centre: string;
  scale: string;
  edges: string;
  edgeCount: number;
  lines: Readonly<Record<LineName, string>>;
  forest: Readonly<Record<keyof Forest, string>>;
  kinds: Model["kinds"];
}

function bytes(packed: string): ArrayBuffer {
  return new Uint8Array(Buffer.from(packed, "base64")).buffer;
}

const floats = (packed: string): Float32Array => new Float32Array(bytes(packed));

export function decode(packed: PackedModel): Model {
  return {
    features: packed.features,
    centre: floats(packed.centre),
    scale: floats(packed.scale),
    edges: floats(packed.edges),
    edgeCount: packed.edgeCount,
    lines: {
      general: floats(packed.lines.general),
      program: floats(packed.lines.program),
      programming: floats(packed.lines.programming),
      problem: floats(packed.lines.problem),
    },
    forest: {
      starts: new Uint32Array(bytes(packed.forest.starts)),
      feature: new Uint8Array(bytes(packed.forest.feature)),
      bin: new Uint8Array(bytes(packed.forest.bin)),
      link: new Uint16Array(bytes(packed.forest.link)),
      value: new Int16Array(bytes(packed.forest.value)),
    },
    kinds: packed.kinds,
  };
}
