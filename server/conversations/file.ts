// One conversation as a file that only grows: each change is its entries and then a head that makes them count; knows no meaning of either.
import { type FileHandle, open } from "node:fs/promises";
import { ConversationEntry, ConversationHead } from "../../shared/conversation.ts";
import { readText, replaceFile } from "../state/file.ts";

/** The head as it stands in the file; `digest` runs over all messages, so that a longer talk is known by its beginning. */
export interface StoredHead {
  readonly head: ConversationHead;
  readonly messages: number;
  readonly digest: string;
}

const FIRST_LINE = '{"latchkey":"conversation","version":1}\n';
/** No JSON holds a bare line break, so this begins a line wherever it stands. */
const HEAD_MARK = '\n{"head":';
const FIRST_CHUNK_BYTES = 16 * 1024;

/** The newest head and where it ends; what lies beyond was being written when its writer died, and never counted. */
export async function readHead(path: string): Promise<{ stored: StoredHead; endBytes: number } | null> {
  return (await withFile(path, "r", lastHead)) ?? null;
}

/** All entries in order; a line that cannot be read loses only itself. */
export async function readEntries(path: string, warn: (message: string) => void): Promise<ConversationEntry[]> {
  const text = (await readText(path)) ?? "";
  const whole = text.slice(0, text.indexOf("\n", text.lastIndexOf(HEAD_MARK) + 1) + 1);
  return whole.split("\n").flatMap((line) => {
    if (!line.startsWith('{"entries":')) return [];
    try {
      return (JSON.parse(line) as { entries: unknown[] }).entries.map((entry) => ConversationEntry.parse(entry));
    } catch {
      warn(`${path} has a line that makes no sense; the rest of it is read`);
      return [];
    }
  });
}

/** Adds to the end; on the disk when the promise settles. The caller holds the lock and has read `endBytes`. */
export async function append(path: string, endBytes: number, entries: readonly ConversationEntry[], stored: StoredHead): Promise<void> {
  await withFile(path, "r+", async (handle) => {
    await handle.truncate(endBytes);
    const bytes = Buffer.from(change(entries, stored), "utf8");
    for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done, bytes.length - done, endBytes + done)).bytesWritten;
    await handle.sync();
  });
}

/** A file of its own, or the place of one that held more; in one step, and on the disk when the promise settles. */
export function writeWhole(path: string, entries: readonly ConversationEntry[], stored: StoredHead): Promise<void> {
  return replaceFile(path, FIRST_LINE + change(entries, stored));
}

function change(entries: readonly ConversationEntry[], stored: StoredHead): string {
  return `${entries.length === 0 ? "" : `${JSON.stringify({ entries })}\n`}${JSON.stringify(stored)}\n`;
}

async function withFile<Result>(path: string, flags: string, work: (handle: FileHandle) => Promise<Result>): Promise<Result | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, flags);
  } catch (error) {
    if (flags === "r" && error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}

/** Read from the end, in pieces that double: a long talk costs no more than a short one. */
async function lastHead(handle: FileHandle): Promise<{ stored: StoredHead; endBytes: number } | null> {
  const { size } = await handle.stat();
  for (let length = FIRST_CHUNK_BYTES; ; length *= 2) {
    const from = Math.max(0, size - length);
    const bytes = Buffer.alloc(size - from);
    await handle.read(bytes, 0, bytes.length, from);
    for (let at = bytes.lastIndexOf(HEAD_MARK); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(HEAD_MARK, at - 1)) {
      const end = bytes.indexOf("\n", at + 1);
      const stored = end < 0 ? null : parseHead(bytes.toString("utf8", at + 1, end));
      if (stored) return { stored, endBytes: from + end + 1 };
    }
    if (from === 0) return null;
  }
}

function parseHead(line: string): StoredHead | null {
  try {
    const { head, messages, digest } = JSON.parse(line) as Record<string, unknown>;
    return { head: ConversationHead.parse(head), messages: Number(messages), digest: String(digest) };
  } catch {
    return null;
  }
}
