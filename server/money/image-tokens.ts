// What an image costs in tokens, by each vendor's published rule; pure, sizes come in from whoever read the bytes.
import type { ModelInfo } from "../../shared/model.ts";

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

export type ImageRule =
  /** Scaled into `box`, the shorter side down to `short`, then tiles of 512 pixels. */
  | { readonly kind: "tiles"; readonly base: number; readonly perTile: number }
  /** Patches of 32 pixels after scaling down to `edge` pixels and `most` patches, each worth `factor` tokens. */
  | { readonly kind: "patches"; readonly factor: number; readonly most: number; readonly edge: number }
  /** Patches of 28 pixels after scaling down to `edge` pixels and `most` tokens. */
  | { readonly kind: "grid"; readonly edge: number; readonly most: number }
  /** 258 tokens up to 384 pixels a side, else for each tile of 768. */
  | { readonly kind: "crops"; readonly perCrop: number }
  | { readonly kind: "flat"; readonly tokens: number };

interface ImageRow {
  readonly provider: string;
  /** The model's own name begins so; the longest row that fits wins. */
  readonly model: string;
  readonly rule: ImageRule;
}

/** The patch rule with the limits of the smaller models of 2025. */
function patches(factor: number, most = 1536, edge = 2048): ImageRule {
  return { kind: "patches", factor, most, edge };
}

/** Of models from Opus 4.7 on; recorded with a few words of text: 1800x1200 is 2,817 input tokens there and 1,554 on claude-sonnet-4-6. */
const SHARP: ImageRule = { kind: "grid", edge: 2576, most: 4784 };

/**
 * OpenAI: guide "Images and vision", model sizing behaviour and calculating costs (read 2026-11), at the detail that holds when none
 * is asked for: from gpt-5.5 on that is the original size. Anthropic: guide "Vision", 28-pixel patches; what is newer than Opus 4.7 and
 * not recorded yet counts like it, since too high a quote does less harm than one too low. Google: guides "Tokens" and "Media
 * resolution": from Gemini 3 on an image is 1,120 tokens unless asked otherwise (read 2026-11).
 */
const ROWS: readonly ImageRow[] = [
  { provider: "openai", model: "", rule: { kind: "tiles", base: 85, perTile: 170 } },
  { provider: "openai", model: "gpt-4o-mini", rule: { kind: "tiles", base: 2833, perTile: 5667 } },
  { provider: "openai", model: "gpt-5", rule: { kind: "tiles", base: 70, perTile: 140 } },
  { provider: "openai", model: "o1", rule: { kind: "tiles", base: 75, perTile: 150 } },
  { provider: "openai", model: "o3", rule: { kind: "tiles", base: 75, perTile: 150 } },
  { provider: "openai", model: "gpt-5-mini", rule: patches(1.62) },
  { provider: "openai", model: "gpt-5-nano", rule: patches(2.46) },
  { provider: "openai", model: "gpt-5-codex-mini", rule: patches(1) },
  { provider: "openai", model: "gpt-5.1-codex-mini", rule: patches(1) },
  { provider: "openai", model: "gpt-5.2", rule: patches(1) },
  { provider: "openai", model: "gpt-5.3", rule: patches(1) },
  { provider: "openai", model: "gpt-5.4", rule: patches(1, 2500) },
  { provider: "openai", model: "gpt-5.4-mini", rule: patches(1.62, 2500) },
  { provider: "openai", model: "gpt-5.4-nano", rule: patches(2.46, 2500) },
  { provider: "openai", model: "gpt-5.5", rule: patches(1.2, 10_000, 6000) },
  { provider: "openai", model: "gpt-5.6", rule: patches(1.2, 10_000, 6000) },
  { provider: "openai", model: "gpt-6", rule: patches(1.2, 30_000, 65_535) },
  { provider: "openai", model: "gpt-4.1-mini", rule: patches(1.62) },
  { provider: "openai", model: "gpt-4.1-nano", rule: patches(2.46) },
  { provider: "openai", model: "o4-mini", rule: patches(1.72) },
  { provider: "anthropic", model: "", rule: { kind: "grid", edge: 1568, most: 1568 } },
  ...["claude-opus-4-7", "claude-opus-4.7", "claude-opus-4-8", "claude-opus-4.8", "claude-opus-5", "claude-sonnet-5", "claude-fable-5"].map(
    (model) => ({ provider: "anthropic", model, rule: SHARP }),
  ),
  { provider: "google", model: "", rule: { kind: "crops", perCrop: 258 } },
  ...["gemini-3", "gemini-4", "gemini-flash-latest", "gemini-flash-lite-latest", "gemini-pro-latest"].map((model) => ({
    ...{ provider: "google", model, rule: { kind: "flat" as const, tokens: 1120 } },
  })),
];

/** Where no rule is published: about what the others ask for a picture of a screen. */
const UNKNOWN: ImageRule = { kind: "flat", tokens: 1600 };
/** A size nobody could read counts as a screenshot of this size. */
const ASSUMED_SIZE: ImageSize = { width: 1920, height: 1080 };

export function imageRuleOf(model: Pick<ModelInfo, "provider" | "model">): ImageRule {
  const slash = model.model.indexOf("/");
  const provider = slash > 0 ? model.model.slice(0, slash) : model.provider === "azure-openai" ? "openai" : model.provider;
  const name = model.model.slice(slash + 1);
  const fitting = ROWS.filter((row) => row.provider === provider && name.startsWith(row.model));
  return (
    fitting.reduce<ImageRow | undefined>((best, row) => (best && best.model.length >= row.model.length ? best : row), undefined)?.rule ??
    UNKNOWN
  );
}

export function imageTokens(rule: ImageRule, size: ImageSize | null): number {
  const { width, height } = size ?? ASSUMED_SIZE;
  switch (rule.kind) {
    case "flat":
      return rule.tokens;
    case "tiles": {
      const box = Math.min(1, 2048 / Math.max(width, height));
      const short = Math.min(1, 768 / (Math.min(width, height) * box));
      return rule.base + rule.perTile * cells(width * box * short, height * box * short, 512);
    }
    case "patches":
      return Math.ceil(Math.round(patchesIn({ width, height }, rule) * rule.factor * 1000) / 1000);
    case "grid": {
      let scale = Math.min(1, rule.edge / Math.max(width, height), Math.sqrt((rule.most * 28 * 28) / (width * height)));
      while (cells(width * scale, height * scale, 28) > rule.most) scale *= 0.995;
      return cells(width * scale, height * scale, 28);
    }
    case "crops":
      return rule.perCrop * (width <= 384 && height <= 384 ? 1 : cells(width, height, 768));
  }
}

/** The guide's own arithmetic: first the edge, then the budget, with a scale that leaves whole patches on one side. */
function patchesIn(given: ImageSize, { most, edge }: { readonly most: number; readonly edge: number }): number {
  const fit = Math.min(1, edge / Math.max(given.width, given.height));
  const [width, height] = [given.width * fit, given.height * fit];
  const whole = cells(width, height, 32);
  if (whole <= most) return whole;
  const shrink = Math.sqrt((32 * 32 * most) / (width * height));
  const share = (side: number) => Math.floor((side * shrink) / 32) / ((side * shrink) / 32);
  const scale = shrink * Math.min(share(width), share(height));
  return Math.min(most, Math.max(1, cells(width * scale, height * scale, 32)));
}

function cells(width: number, height: number, side: number): number {
  // Scaling leaves crumbs of a pixel, which vendors round away.
  return Math.ceil(Math.round(width * 1000) / 1000 / side) * Math.ceil(Math.round(height * 1000) / 1000 / side);
}
