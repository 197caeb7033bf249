// Starts the built sidecar for a measurement: its own empty state folder, one custom provider, nothing that runs in the background.
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Sidecar } from "./contestant.ts";

export const MINIMAL = "minimal sidecar, same SDK";
export const BUILT = resolve(import.meta.dirname, "../../dist/latchkey.cjs");
const MODELS = ["short", "burst", "flow", "hang"];

export function benchSettings(port: number): Record<string, unknown> {
  const model = (id: string) => ({ id, contextWindowTokens: 200_000, maxOutputTokens: 50_000, usdPerMillion: { input: 1, output: 2 } });
  const custom = [
    { id: "bench", baseUrl: `http://127.0.0.1:${port}/v1`, dialect: "openai-chat", needsKey: false, models: MODELS.map(model) },
  ];
  const budgets = [{ scope: "all", period: "day", limitUsd: 1_000_000, kind: "hard" }];
  return { "local.discover": false, "prices.refreshDaily": false, budgets, providers: { custom } };
}

export function spawnSidecar(nodeArguments: readonly string[] = [], home = mkdtempSync(join(tmpdir(), "latchkey-bench-"))): Sidecar {
  return new Sidecar(
    spawn(process.execPath, [...nodeArguments, BUILT, "serve", "--stdio"], {
      env: benchEnvironment(home),
      stdio: ["pipe", "pipe", "inherit"],
    }),
  );
}

export function benchEnvironment(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/_API_KEY$|^LATCHKEY_|^OLLAMA/.test(name));
  return { ...Object.fromEntries(kept), LATCHKEY_HOME: home };
}

export function startSidecar(port: number): Promise<Sidecar> {
  return initialized(spawnSidecar(), port);
}

/** What the way over stdio costs by itself: the official SDK behind it, and nothing else. */
export function startMinimal(port: number): Promise<Sidecar> {
  const file = resolve(import.meta.dirname, "minimal-sidecar.mjs");
  return initialized(new Sidecar(spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "inherit"] }), MINIMAL), port);
}

async function initialized(sidecar: Sidecar, port: number): Promise<Sidecar> {
  await sidecar.request("initialize", {
    initializationOptions: { protocolVersion: 1, client: { name: "bench", version: "1" }, settings: benchSettings(port) },
  });
  return sidecar;
}
