// A PostgreSQL server of one's own on loopback, in a temporary folder; can be killed and started again.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface Cluster {
  readonly url: string;
  start(): Promise<void>;
  /** SIGQUIT: immediate shutdown, as after a crash; recovery follows at the next start. */
  crash(): Promise<void>;
  /** An empty database of its own for one test. */
  database(name: string): string;
  remove(): Promise<void>;
}

/** Debian keeps the server's programs out of PATH. */
function programs(): string {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((left, right) => Number(right) - Number(left)) : [];
  const found = versions.map((version) => join(root, version, "bin")).find((folder) => existsSync(join(folder, "initdb")));
  if (found === undefined) throw new Error("no PostgreSQL server is installed (Debian: apt-get install postgresql)");
  return found;
}

/** PostgreSQL refuses to run as root; then the account that its package made runs it. */
function account(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

export async function startCluster(): Promise<Cluster> {
  const bin = programs();
  const who = account();
  const folder = mkdtempSync(join(tmpdir(), "latchkey-postgres-"));
  if (who.uid !== undefined && who.gid !== undefined) chownSync(folder, who.uid, who.gid);
  const port = await freePort();
  const data = join(folder, "data");
  execFileSync(join(bin, "initdb"), ["-D", data, "-U", "latchkey", "--auth=trust", "-E", "UTF8", "--no-sync"], {
    ...who,
    cwd: folder,
    stdio: "pipe",
  });
  const settings = [
    `port=${port}`,
    "listen_addresses=127.0.0.1",
    `unix_socket_directories=${folder}`,
    "max_connections=60",
    "shared_buffers=32MB",
  ];
  let server: ChildProcess | null = null;
  const admin = (sql: string): void =>
    void execFileSync(join(bin, "psql"), ["-h", "127.0.0.1", "-p", String(port), "-U", "latchkey", "-d", "postgres", "-qc", sql], {
      stdio: "pipe",
    });
  const ready = (): boolean => {
    try {
      execFileSync(join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port), "-U", "latchkey"], { stdio: "pipe" });
      return true;
    } catch {
      return false;
    }
  };
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    const running = server;
    server = null;
    if (running === null || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once("exit", resolve));
    running.kill(signal);
    await gone;
  };
  const start = async (): Promise<void> => {
    server = spawn(join(bin, "postgres"), ["-D", data, ...settings.flatMap((setting) => ["-c", setting])], {
      ...who,
      cwd: folder,
      stdio: "ignore",
    });
    for (let tries = 0; !ready(); tries++) {
      if (tries > 300) throw new Error("PostgreSQL did not start");
      await sleep(50);
    }
  };
  await start();
  const address = `postgres://latchkey@127.0.0.1:${port}`;
  return {
    url: `${address}/postgres`,
    start,
    crash: () => stop("SIGQUIT"),
    database: (name) => {
      admin(`CREATE DATABASE ${name}`);
      return `${address}/${name}`;
    },
    remove: async () => {
      await stop("SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
