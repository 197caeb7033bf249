// The one folder for what outlives a process (ledger, vault, catalogue cache, conversations); private to its user.
import { chmod, mkdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

export interface Place {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** The user's home directory. */
  readonly home: string;
}

/** LATCHKEY_HOME, else the platform's own place for application data. */
export function stateFolder({ environment, platform, home }: Place): string {
  const chosen = environment.LATCHKEY_HOME?.trim();
  if (chosen) return resolve(chosen);
  if (platform === "win32") return join(environment.LOCALAPPDATA?.trim() || join(home, "AppData", "Local"), "Latchkey");
  if (platform === "darwin") return join(home, "Library", "Application Support", "Latchkey");
  const data = environment.XDG_DATA_HOME?.trim();
  // The XDG base directory specification: a relative path is invalid and to be ignored.
  return join(data?.startsWith("/") ? data : join(home, ".local", "share"), "latchkey");
}

/** Makes the folder when it is not there and takes other users' access away; on Windows the profile's own rights hold. */
export async function makePrivateFolder(path: string): Promise<void> {
  // Level by level: mkdir's own `recursive` never returns where a file system forbids new folders with ENOENT, as /proc does.
  if (await isFolder(path)) return void (await chmod(path, 0o700).catch(() => undefined));
  const parent = dirname(path);
  if (parent !== path && !(await isFolder(parent))) await makePrivateFolder(parent);
  await mkdir(path, { mode: 0o700 }).catch(async (error: unknown) => {
    if (!(await isFolder(path))) throw error;
  });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
