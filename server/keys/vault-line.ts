// The vault's file format: one JSON line a key, each complete in itself, so that a damaged line loses only itself; holds no plain secret.
import * as z from "zod/mini";
import { MOST_LOG_N } from "./seal.ts";

const base64 = z.string().check(z.regex(/^[A-Za-z0-9+/]*={0,2}$/));

/** What opens a line: a passphrase, a key in the system's keychain, or a key file beside the vault. */
export const SealedBy = z.discriminatedUnion("from", [
  z.object({
    from: z.literal("passphrase"),
    salt: base64,
    logN: z.int().check(z.gte(1), z.lte(MOST_LOG_N)),
    r: z.int().check(z.gte(1), z.lte(32)),
    p: z.int().check(z.gte(1), z.lte(16)),
  }),
  z.object({ from: z.literal("keychain") }),
  z.object({ from: z.literal("file") }),
]);
export type SealedBy = z.infer<typeof SealedBy>;

const named = { v: z.literal(1), provider: z.string(), name: z.string(), origins: z.array(z.string()), setAt: z.string() };

/** `in: "keychain"` only remembers that the system's keychain holds this key. */
export const VaultLine = z.discriminatedUnion("in", [
  z.object({ ...named, in: z.literal("vault"), key: SealedBy, nonce: base64, sealed: base64 }),
  z.object({ ...named, in: z.literal("keychain") }),
]);
export type VaultLine = z.infer<typeof VaultLine>;

/** `read` is null for a line that cannot be understood; its text is kept when the file is written again. */
export interface RawLine {
  readonly text: string;
  readonly read: VaultLine | null;
}

const HEAD = JSON.stringify({ latchkey: "vault", version: 1 });

export function linesOf(content: string | null): RawLine[] {
  const texts = (content ?? "").split("\n").filter((text) => text.trim() !== "" && text !== HEAD);
  return texts.map((text) => ({ text, read: readLine(text) }));
}

export function contentOf(lines: readonly RawLine[]): string {
  return [HEAD, ...lines.map(({ text }) => text), ""].join("\n");
}

export function lineOf(read: VaultLine): RawLine {
  return { text: JSON.stringify(read), read };
}

/** What the seal vouches for: a line moved to another provider, name or origin does not open. */
export function boundText({ provider, name, origins }: Pick<VaultLine, "provider" | "name" | "origins">): string {
  return JSON.stringify(["latchkey-vault-1", provider, name, [...origins].sort()]);
}

function readLine(text: string): VaultLine | null {
  try {
    const parsed = VaultLine.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
