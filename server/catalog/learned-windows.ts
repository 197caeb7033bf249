// Windows that vendors stated when they refused a prompt: they hold over what lists and settings say, in every process and after a restart.
import { join } from "node:path";
import * as z from "zod/mini";
import type { ModelId, ModelInfo } from "../../shared/model.ts";
import { readText, updateFile } from "../state/file.ts";
import type { Catalog } from "./catalog.ts";

/** `statedTokens`: what was believed until then; a list that says something new since is believed again. */
const Learned = z.strictObject({ tokens: z.int().check(z.gte(256)), statedTokens: z.int(), date: z.string() });
export type Learned = z.infer<typeof Learned>;
const Stored = z.strictObject({ version: z.literal(1), windows: z.record(z.string(), z.unknown()) });

export interface LearnedWindows {
  /** Puts what is kept into the catalogue. */
  load(): Promise<void>;
  /** Corrects the catalogue at once and the file after that. */
  learn(model: ModelInfo, tokens: number): void;
  /** Resolves once what was learned is in the file. */
  kept(): Promise<void>;
}

export interface LearnedWindowsParts {
  readonly catalog: Catalog;
  readonly folder: string;
  readonly now: () => Date;
  readonly warn: (message: string) => void;
}

/** Vendors enlarge windows: an old refusal is no reason to hold back for ever. */
const BELIEVED_DAYS = 90;
const DAY_MS = 86_400_000;

export function openLearnedWindows({ catalog, folder, now, warn }: LearnedWindowsParts): LearnedWindows {
  const path = join(folder, "windows.json");
  const isFresh = ({ date }: Learned) => now().getTime() - Date.parse(date) < BELIEVED_DAYS * DAY_MS;
  const parse = (text: string | null): Map<ModelId, Learned> => {
    if (text === null) return new Map();
    try {
      const { windows } = Stored.parse(JSON.parse(text));
      const read = Object.entries(windows).map(([id, learned]) => [id, Learned.safeParse(learned).data] as const);
      return new Map(read.flatMap(([id, learned]) => (learned && isFresh(learned) ? [[id, learned]] : [])));
    } catch {
      warn(`${path} makes no sense; windows are learned anew`);
      return new Map();
    }
  };
  let writing: Promise<void> = Promise.resolve();
  return {
    kept: () => writing,
    async load() {
      for (const [id, learned] of parse(await readText(path))) catalog.correctWindow(id, learned);
    },
    learn(model, tokens) {
      const statedTokens = model.windowLearned?.statedTokens ?? model.contextWindowTokens;
      const learned = { tokens, statedTokens, date: now().toISOString().slice(0, 10) };
      if (!Learned.safeParse(learned).success) return;
      catalog.correctWindow(model.id, learned);
      const withIt = (text: string | null) =>
        JSON.stringify({ version: 1, windows: Object.fromEntries(parse(text).set(model.id, learned)) });
      const failed = (error: unknown) => warn(`the window of ${model.id} could not be kept: ${String(error)}`);
      writing = writing.then(() => updateFile(path, withIt)).then(() => undefined, failed);
    },
  };
}
