// Latchkey's own folder at the start of a house: made and private, or a failure that says what to set.
import { Failure } from "../shared/failure.ts";
import { makePrivateFolder } from "./state/folder.ts";

/** Throws `ledgerUnavailable` with what to do where the state folder cannot be made: without it no limit could hold. */
export async function openStateFolder(path: string): Promise<void> {
  try {
    await makePrivateFolder(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
    const message = `${path} cannot be Latchkey's folder (${code}). Set LATCHKEY_HOME to a folder that you can write to; nothing was sent or charged.`;
    throw new Failure("ledgerUnavailable", message, {}, { cause });
  }
}
