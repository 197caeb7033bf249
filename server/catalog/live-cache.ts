// Live lists on the disk, so that yesterday's prices are there at the next start; one file, replaced in one step.
import { join } from "node:path";
import * as z from "zod/mini";
import { readText, updateFile } from "../state/file.ts";
import { Listed, type LiveList } from "./listed.ts";

const Stored = z.strictObject({ source: z.string(), at: z.string(), models: z.array(Listed) });
export type Stored = z.infer<typeof Stored>;
const StoredLists = z.strictObject({ version: z.literal(1), lists: z.record(z.string(), Stored) });

export interface LiveCache {
  /** Nothing when there is no file; a file that makes no sense is reported once and counts as none. */
  read(): Promise<ReadonlyMap<string, Stored>>;
  write(provider: string, stored: Stored): Promise<void>;
}

export function listOf(provider: string, { source, at, models }: Stored): LiveList {
  return { provider, source, date: at.slice(0, 10), models };
}

export function openLiveCache(folder: string, warn: (message: string) => void): LiveCache {
  const path = join(folder, "catalogue.json");
  const parse = (text: string | null): Map<string, Stored> => {
    if (text === null) return new Map();
    try {
      return new Map(Object.entries(StoredLists.parse(JSON.parse(text)).lists));
    } catch {
      warn(`${path} is not a catalogue of this version; it is written anew`);
      return new Map();
    }
  };
  return {
    read: async () => parse(await readText(path)),
    write: (provider, stored) =>
      updateFile(path, (current) => {
        const lists = Object.fromEntries([...parse(current), [provider, stored]]);
        return JSON.stringify({ version: 1, lists });
      }),
  };
}
