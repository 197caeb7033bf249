// Files that survive a crash at any moment: written aside, synced, read back, then renamed over the old one; never half a file.
import { randomUUID } from "node:crypto";
import { open, readdir, readFile, rename, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makePrivateFolder } from "./folder.ts";
import { withLock } from "./lock.ts";

/** The file's text, or null when there is none; any other trouble is thrown. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    // ENOTDIR: a folder on the way is a file.
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return null;
    throw error;
  }
}

/**
 * Reads the newest content under the file's lock, and replaces it by what `change` makes of it (undefined: leave it).
 * When the promise settles, the new content is on the disk.
 */
export async function updateFile(
  path: string,
  change: (current: string | null) => string | undefined | Promise<string | undefined>,
): Promise<void> {
  await makePrivateFolder(dirname(path));
  await withLock(path, async () => {
    await sweep(path);
    const next = await change(await readText(path));
    if (next !== undefined) await replaceFile(path, next);
  });
}

/** Puts `content` in the place of the file in one step; mode 0600. The caller sees to it that nobody else writes. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const aside = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const handle = await open(aside, "wx", 0o600);
    try {
      await handle.writeFile(content, "utf8");
      await handle.sync();
    } finally {
      await handle.close();
    }
    if ((await readFile(aside, "utf8")) !== content) throw new Error(`${path}: what was written does not read back; the old file was kept`);
    await rename(aside, path);
  } catch (error) {
    await unlink(aside).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** A rename is durable once its folder is; Windows neither needs nor allows it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => null);
  try {
    await handle?.sync();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && (error.code === "EPERM" || error.code === "EINVAL"))) throw error;
  } finally {
    await handle?.close();
  }
}

/** Under the lock, whatever lies aside was left by a killed writer. */
async function sweep(path: string): Promise<void> {
  const mark = `.${basename(path)}.`;
  const names = await readdir(dirname(path));
  const left = names.filter((name) => name.startsWith(mark) && name.endsWith(".tmp"));
  await Promise.all(left.map((name) => unlink(join(dirname(path), name)).catch(() => undefined)));
}
