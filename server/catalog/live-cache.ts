// Live lists on the disk, so that yesterday's prices are there at the next start; one file, replaced in one step.
import { join } from "node:path";
import * as z from "zod/mini";
import { readText, updateFile } from "../state/file.ts";
import { Listed, type LiveList } from "./listed.ts";

const Stored = z.strictObject({ source: z.string(), at: z.string(), models: z.array(Listed) });
export type Stored = z.infer<typeof Stored>;
/** The lists themselves are looked at when they are wanted: one that makes no sense loses only itself. */
const StoredLists = z.strictObject({ version: z.literal(1), lists: z.record(z.string(), z.unknown()) });

export interface LiveCache {
  /** Nothing when there is no file; what makes no sense is reported and counts as nothing. */
  read(providers: readonly string[]): Promise<ReadonlyMap<string, Stored>>;
  write(provider: string, stored: Stored): Promise<void>;
}

export function listOf(provider: string, { source, at, models }: Stored): LiveList {
  return { provider, source, date: at.slice(0, 10), models };
}

export function openLiveCache(folder: string, warn: (message: string) => void): LiveCache {
  const path = join(folder, "catalogue.json");
  const parse = (text: string | null): Record<string, unknown> => {
    if (text === null) return {};
    try {
      return StoredLists.parse(JSON.parse(text)).lists;
    } catch {
      warn(`${path} is not a catalogue of this version; it is written anew`);
      return {};
    }
  };
  return {
    async read(providers) {
      const lists = parse(await readText(path));
      const found = providers.flatMap((provider) => {
        const stored = Stored.safeParse(lists[provider]);
        if (!stored.success && lists[provider] !== undefined) warn(`${path} holds no list of ${provider} that makes sense`);
        return stored.success ? [[provider, stored.data] as const] : [];
      });
      return new Map(found);
    },
    write: (provider, stored) =>
      updateFile(path, (current) => JSON.stringify({ version: 1, lists: { ...parse(current), [provider]: stored } })),
  };
}
