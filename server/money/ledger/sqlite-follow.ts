// Stays with the ledger's path, not with a file: one that was moved, removed or damaged while in use is left, and the one at its place used.
import { isFailure } from "../../../shared/failure.ts";
import type { Connection } from "./sqlite-connection.ts";
import { isDamaged } from "./sqlite-errors.ts";
import { identityOf, type OpenedFile, setAside } from "./sqlite-file.ts";

export interface FollowOptions {
  readonly path: string;
  readonly opened: OpenedFile;
  readonly reopen: () => Promise<OpenedFile>;
  readonly now: () => number;
  readonly say: (notice: string) => void;
}

/** Whoever grants money looks each time; what follows within so long is written where the grant was. A look takes as long as a small write. */
const LOOK_MS = 10;

/** All sidecars of a user must count in one file: who goes on writing into a file that others no longer see would leak a limit. */
export function followFile({ path, opened, reopen, now, say }: FollowOptions): Connection {
  let current = opened.connection;
  let file = identityOf(path);
  let moving: Promise<void> | null = null;
  const move = async (why: string): Promise<void> => {
    const left = current;
    const next = await reopen();
    current = next.connection;
    file = identityOf(path);
    for (const notice of [why, ...next.notices]) say(notice);
    await left.close().catch(() => undefined);
  };
  const moveOnce = (why: string): Promise<void> => {
    moving ??= move(why).finally(() => {
      moving = null;
    });
    return moving;
  };
  const onDamage = async <Result>(step: (connection: Connection) => Promise<Result>): Promise<Result> => {
    const mine = current;
    try {
      return await step(mine);
    } catch (error) {
      if (!isFailure(error) || !isDamaged(error.cause)) throw error;
      if (mine === current) await moveOnce(aside(path, file, now()));
      return step(current);
    }
  };
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  const write: Connection["write"] = async (step, options) => {
    const nowMs = performance.now();
    if (options.durable || nowMs - lookedAtMs > LOOK_MS) {
      lookedAtMs = nowMs;
      if (identityOf(path) !== file)
        await moveOnce("The ledger file was moved or removed while in use; the one at its place is used from now on.");
    }
    return onDamage((connection) => connection.write(step, options));
  };
  return {
    get db() {
      return current.db;
    },
    get readOnly() {
      return current.readOnly;
    },
    get memory() {
      return current.memory;
    },
    prepare: (sql) => current.prepare(sql),
    named: (name, sql) => current.named(name, sql),
    write,
    read: (step) => onDamage((connection) => connection.read(step)),
    flushed: () => current.flushed(),
    close: () => current.close(),
  };
}

function aside(path: string, file: string | null, atMs: number): string {
  const kept = setAside(path, file, atMs);
  const where = kept === null ? "" : ` It is kept as ${kept}.`;
  return `The ledger file was found damaged while in use.${where} A new one was begun, so what was spent before is not counted in limits.`;
}
