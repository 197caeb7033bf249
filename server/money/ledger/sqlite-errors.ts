// SQLite's errors as this room understands them: busy, damaged, forbidden, full; each with a sentence for people.
import { Failure } from "../../../shared/failure.ts";

/** SQLite's primary result codes that mean something here (sqlite.org/rescode.html). */
const CODE = { busy: 5, locked: 6, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 } as const;

export function codeOf(error: unknown): number {
  if (typeof error !== "object" || error === null || !("errcode" in error) || typeof error.errcode !== "number") return 0;
  return error.errcode & 0xff;
}

export function isBusy(error: unknown): boolean {
  return codeOf(error) === CODE.busy || codeOf(error) === CODE.locked;
}

export function isDamaged(error: unknown): boolean {
  return codeOf(error) === CODE.corrupt || codeOf(error) === CODE.notADatabase;
}

export function isForbidden(error: unknown): boolean {
  return codeOf(error) === CODE.readOnly || codeOf(error) === CODE.cannotOpen;
}

export function unavailable(message: string, cause?: unknown): Failure {
  return new Failure("ledgerUnavailable", `${message}, so no limit could hold; nothing was sent or charged.`, {}, { cause });
}

/** SQLite's error as a sentence; what is no SQLite error passes as it is. */
export function translate(error: unknown): unknown {
  switch (codeOf(error)) {
    case 0:
      return error;
    case CODE.full:
      return unavailable("The disk that holds the ledger is full", error);
    case CODE.readOnly:
    case CODE.cannotOpen:
      return unavailable("The ledger may not be written", error);
    case CODE.corrupt:
    case CODE.notADatabase:
      return unavailable("The ledger file is damaged; restart Latchkey and it will be set aside", error);
    default:
      return unavailable(`The ledger could not be written (${error instanceof Error ? error.message : "unknown error"})`, error);
  }
}
