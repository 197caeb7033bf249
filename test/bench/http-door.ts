// The same sidecar over its HTTP door, asked by the official SDK: what a client of the known interfaces gets.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Contestant, openaiSdk } from "./contestant.ts";
import { freePort } from "./peers.ts";
import { BUILT, benchEnvironment, benchSettings } from "./sidecar.ts";

export const HTTP_DOOR = "Latchkey over HTTP";

export async function httpDoor(port: number): Promise<Contestant | null> {
  const home = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
  const env = benchEnvironment(home);
  writeFileSync(join(home, "settings.json"), JSON.stringify(benchSettings(port)));
  const told = execFileSync(process.execPath, [BUILT, "tokens", "create", "bench"], { env, encoding: "utf8" });
  const token = /\blk[-_]\S+/.exec(told)?.[0] ?? told.trim().split(/\s+/).at(-1) ?? "";
  const own = await freePort();
  const child = spawn(process.execPath, [BUILT, "serve", "--http", `127.0.0.1:${own}`], { env, stdio: ["ignore", "ignore", "inherit"] });
  const inner = await openaiSdk(own, HTTP_DOOR, "/v1", { authorization: `Bearer ${token}` });
  const stream: Contestant["stream"] = (model, signal) => inner.stream(`bench/${model}`, signal);
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      await stream("short");
      return { name: HTTP_DOOR, pid: child.pid ?? null, stream, close: () => void child.kill() };
    } catch {
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  child.kill();
  return null;
}
