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
  /** Where the rule stands, when that was read, and whether a figure was carried on from an earlier reading. */
  readonly source: string;
}

/** The patch rule with the limits of the smaller models of 2025. */
function patches(factor: number, most = 1536, edge = 2048): ImageRule {
  return { kind: "patches", factor, most, edge };
}

const OPENAI = "developers.openai.com/api/docs/guides/images-vision, model sizing behaviour and calculating costs";
const READ = `${OPENAI}, stored copies read 2026-11-28`;
const CARRIED = `${OPENAI}; not re-read on 2026-11-28, carried from the reading of 2026-11`;
/** The guide names no multiplier for these; bills have one (community.openai.com/t/1377015, 2026-03: 3,008 tokens for 2,500 patches). */
const BILLED = "community.openai.com/t/1377015, bills of 2026-03, read 2026-11-28; the guide's own table leaves the multiplier out";
/** The guide says 1.62 and 2.46, the calculator of OpenAI's prices and its bills 1.2 and 1.5. */
const CALCULATED = "openai.com/api/pricing, its calculator, and bills, by community.openai.com/t/1344040, read 2026-11-28";
const CLAUDE = "platform.claude.com/docs/en/build-with-claude/vision, resolution and token cost, stored copies read 2026-11-28";
const GEMINI = "ai.google.dev/gemini-api/docs/media-resolution, token counts where none is asked for, stored copies read 2026-11-28";

function openai(model: string, rule: ImageRule, source: string): ImageRow {
  return { provider: "openai", model, rule, source };
}

/** Standard and high-resolution models: the edge, and the tokens beyond which an image is made smaller there. */
const STANDARD: ImageRule = { kind: "grid", edge: 1568, most: 1568 };
const SHARP: ImageRule = { kind: "grid", edge: 2576, most: 4784 };
const SHARP_MODELS = "claude-opus-4-7 claude-opus-4.7 claude-opus-4-8 claude-opus-4.8 claude-opus-5 claude-sonnet-5 claude-fable-5".split(
  " ",
);

/** At the detail that holds when none is asked for: from gpt-5.5 on that is the original size. */
export const IMAGE_ROWS: readonly ImageRow[] = [
  openai("", { kind: "tiles", base: 85, perTile: 170 }, READ),
  openai("gpt-4o-mini", { kind: "tiles", base: 2833, perTile: 5667 }, CARRIED),
  openai("gpt-5", { kind: "tiles", base: 70, perTile: 140 }, READ),
  openai("o1", { kind: "tiles", base: 75, perTile: 150 }, CARRIED),
  openai("o3", { kind: "tiles", base: 75, perTile: 150 }, CARRIED),
  openai("gpt-5-mini", patches(1.2), CALCULATED),
  openai("gpt-5-nano", patches(1.5), CALCULATED),
  openai("gpt-5-codex-mini", patches(1), CARRIED),
  openai("gpt-5.1-codex-mini", patches(1), CARRIED),
  openai("gpt-5.2", patches(1.2), BILLED),
  openai("gpt-5.3", patches(1.2), BILLED),
  openai("gpt-5.4", patches(1.2, 2500), BILLED),
  // Bills of 2026-03 had 1.2 for both; the guide's figures stay, since too high a quote does less harm than one too low.
  openai("gpt-5.4-mini", patches(1.62, 2500), CARRIED),
  openai("gpt-5.4-nano", patches(2.46, 2500), CARRIED),
  openai("gpt-5.5", patches(1.2, 10_000, 6000), READ),
  openai("gpt-5.6", patches(1.2, 10_000, 6000), READ),
  openai("gpt-6", patches(1.2, 30_000, 65_535), READ),
  openai("gpt-4.1-mini", patches(1.62), READ),
  openai("gpt-4.1-nano", patches(2.46), READ),
  openai("o4-mini", patches(1.72), READ),
  { provider: "anthropic", model: "", rule: STANDARD, source: CLAUDE },
  // "Claude 4.7 and later": what is newer than these and not named here counts by the standard rule until it is.
  ...SHARP_MODELS.map((model) => ({ provider: "anthropic", model, rule: SHARP, source: CLAUDE })),
  {
    ...{ provider: "google", model: "", rule: { kind: "crops" as const, perCrop: 258 } },
    source: "ai.google.dev/gemini-api/docs/image-understanding, token calculation, stored copies read 2026-11-28",
  },
  ...["gemini-3", "gemini-flash-latest", "gemini-flash-lite-latest", "gemini-pro-latest"].map((model) => ({
    ...{ provider: "google", model, rule: { kind: "flat" as const, tokens: 1120 }, source: GEMINI },
  })),
  {
    ...{ provider: "google", model: "gemini-4", rule: { kind: "flat" as const, tokens: 1120 } },
    source:
      "ai.google.dev/gemini-api/docs/generate-content/media-resolution names it beside Gemini 3; its own figure was not read, 2026-11-28",
  },
];

/** Where no rule is published: about what the others ask for a picture of a screen. */
const UNKNOWN: ImageRule = { kind: "flat", tokens: 1600 };
/** A size nobody could read counts as a screenshot of this size. */
const ASSUMED_SIZE: ImageSize = { width: 1920, height: 1080 };

export function imageRuleOf(model: Pick<ModelInfo, "provider" | "model">): ImageRule {
  const slash = model.model.indexOf("/");
  const provider = slash > 0 ? model.model.slice(0, slash) : model.provider === "azure-openai" ? "openai" : model.provider;
  const name = model.model.slice(slash + 1);
  const fitting = IMAGE_ROWS.filter((row) => row.provider === provider && name.startsWith(row.model));
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
