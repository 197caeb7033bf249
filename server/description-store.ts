// Keeps descriptions of images as files of their own below the state folder, or in memory alone where nothing may be kept.
import { readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { KeptDescription } from "../shared/image.ts";
import type { DescriptionStore } from "./chat/vision/store.ts";
import { readText, replaceFile } from "./state/file.ts";
import { makePrivateFolder } from "./state/folder.ts";

export interface DescriptionStoreParts {
  readonly folder: string;
  /** Asked each time: the setting conversations.keep. */
  readonly mayKeep: () => boolean;
  readonly onTrouble: (message: string, error: unknown) => void;
}

const VERSION = 1;
/** About 4 KB each; beyond that the ones that were written first go. */
const MOST_FILES = 500;
/** Some at once, so that not every new one lists the folder's ages. */
const SWEPT_FILES = 50;
const MOST_IN_MEMORY = 64;

export function createDescriptionStore({ folder, mayKeep, onTrouble }: DescriptionStoreParts): DescriptionStore {
  const memory = new Map<string, KeptDescription>();
  const pathOf = (id: string) => join(folder, `${id}.json`);
  const remember = (kept: KeptDescription) => {
    memory.delete(kept.id);
    memory.set(kept.id, kept);
    if (memory.size > MOST_IN_MEMORY) memory.delete(memory.keys().next().value ?? "");
  };
  return {
    async find(id) {
      if (!mayKeep()) return memory.get(id) ?? null;
      return (await readKept(pathOf(id), onTrouble)) ?? memory.get(id) ?? null;
    },
    async keep(kept) {
      remember(kept);
      if (!mayKeep()) return;
      try {
        await makePrivateFolder(folder);
        await replaceFile(pathOf(kept.id), JSON.stringify({ version: VERSION, ...kept }));
        await sweep(folder);
      } catch (error) {
        onTrouble("a description could not be kept", error);
      }
    },
    async forget(id) {
      memory.delete(id);
      await unlink(pathOf(id)).catch(() => undefined);
    },
  };
}

/** A file that cannot be read, or is of another version, is as good as none: the image is described again. */
async function readKept(path: string, onTrouble: DescriptionStoreParts["onTrouble"]): Promise<KeptDescription | null> {
  try {
    const text = await readText(path);
    if (text === null) return null;
    const { version, ...kept } = JSON.parse(text) as { version?: unknown };
    return version === VERSION ? KeptDescription.parse(kept) : null;
  } catch (error) {
    onTrouble("a kept description could not be read", error);
    return null;
  }
}

async function sweep(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= MOST_FILES) return;
  const aged = await Promise.all(
    names.map(async (name) => ({
      name,
      at: await stat(join(folder, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    })),
  );
  const oldest = aged.sort((left, right) => left.at - right.at).slice(0, names.length - MOST_FILES + SWEPT_FILES);
  await Promise.all(oldest.map(({ name }) => unlink(join(folder, name)).catch(() => undefined)));
}
