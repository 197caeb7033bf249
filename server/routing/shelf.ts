// A catalogue prepared for many decisions: models by provider with their capabilities as bits and scores as numbers; pure.
import { type Capability, isFree, type ModelId, type ModelInfo } from "../../shared/model.ts";

export type SkillName = "general" | "code" | "maths" | "vision";

/** Models have many forms, entries one: what a decision asks of each model stands here, since reading it is the most of the work. */
export interface Entry {
  readonly model: ModelInfo;
  readonly id: ModelId;
  readonly contextWindowTokens: number;
  readonly maxOutputTokens: number;
  /** Runs on this machine for nothing. */
  readonly isFree: boolean;
  /** Capacity that is free to all, with daily limits. */
  readonly sharedFree: boolean;
  /** Its place when all ids are sorted: ties are broken by it, and comparing numbers is cheap. */
  readonly place: number;
  readonly capabilities: number;
  /** Per skill; null is unknown. */
  readonly quality: Readonly<Record<SkillName, number | null>>;
  /** Why automatic routing passes this model by although nothing is missing; null when it does not. */
  readonly passedBy: { readonly rule: string; readonly reason: string } | null;
}

export interface Shelf {
  readonly providers: readonly { readonly id: string; readonly entries: readonly Entry[] }[];
  find(id: ModelId): Entry | undefined;
}

const BITS: Readonly<Record<Capability, number>> = { tools: 1, vision: 2, structured: 4, reasoning: 8, pdf: 16, audio: 32, caching: 64 };

export function bitsOf(capabilities: readonly Capability[]): number {
  return capabilities.reduce((bits, capability) => bits | BITS[capability], 0);
}

function scoreOf(model: ModelInfo, skill: SkillName): number | null {
  const score = model.scores[skill];
  return score === undefined || score === "unknown" ? null : score.score;
}

function passedBy(model: ModelInfo): Entry["passedBy"] {
  const snapshotOf = model.quirks?.snapshotOf;
  if (model.status === "ghost") return { rule: "ghost", reason: `${model.provider} no longer lists it; pin it to try it all the same` };
  if (model.status === "deprecated")
    return { rule: "deprecated", reason: `${model.provider} has retired it or soon will; pin it to use it` };
  if (model.quirks?.unproven === true) {
    return { rule: "unproven", reason: `${model.provider} lists it, but nothing is known of it, not even that it chats; pin it to use it` };
  }
  if (typeof snapshotOf === "string")
    return { rule: "snapshot", reason: `a dated snapshot that ${snapshotOf} stands for; pin it to use it` };
  return null;
}

function entryOf(model: ModelInfo, place: number): Entry {
  const [general, code, maths, vision] = [
    scoreOf(model, "general"),
    scoreOf(model, "code"),
    scoreOf(model, "maths"),
    scoreOf(model, "vision"),
  ];
  const { id, contextWindowTokens, maxOutputTokens } = model;
  return {
    ...{ model, id, contextWindowTokens, maxOutputTokens, place },
    isFree: isFree(model),
    sharedFree: model.quirks?.sharedFree === true,
    capabilities: bitsOf(model.capabilities),
    quality: { general, code, maths, vision },
    passedBy: passedBy(model),
  };
}

export function shelve(models: readonly ModelInfo[]): Shelf {
  const places = new Map(
    models
      .map(({ id }) => id)
      .sort()
      .map((id, place) => [id, place]),
  );
  const byProvider = new Map<string, Entry[]>();
  const byId = new Map<ModelId, Entry>();
  for (const model of models) {
    const entry = entryOf(model, places.get(model.id) ?? 0);
    const entries = byProvider.get(model.provider);
    if (entries) entries.push(entry);
    else byProvider.set(model.provider, [entry]);
    for (const alias of model.aliases) if (!byId.has(alias)) byId.set(alias, entry);
  }
  for (const entries of byProvider.values()) for (const entry of entries) byId.set(entry.model.id, entry);
  return { providers: [...byProvider].map(([id, entries]) => ({ id, entries })), find: (id) => byId.get(id) };
}
