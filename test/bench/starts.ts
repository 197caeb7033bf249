// How long a start takes: bare Node, the sidecar to its first answer, the SDK in a process of its own to its first chunk.
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { benchSettings, spawnSidecar } from "./sidecar.ts";

export type Starts = Record<string, number[]>;

export async function measureStarts(port: number, rounds: number): Promise<Starts> {
  const starts: Starts = { "node -e 0": [], "spawn to initialized": [], "spawn to first chunk": [], "SDK process to first chunk": [] };
  const home = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
  await sidecarStart(port, home);
  for (let round = 0; round < rounds; round += 1) {
    starts["node -e 0"]?.push(await exitOf(["-e", "0"]));
    const { initializedMs, firstMs } = await sidecarStart(port, home);
    starts["spawn to initialized"]?.push(initializedMs);
    starts["spawn to first chunk"]?.push(firstMs);
    starts["SDK process to first chunk"]?.push(await exitOf(["--input-type=module", "-e", sdkProgram(port)]));
  }
  return starts;
}

async function sidecarStart(port: number, home: string): Promise<{ initializedMs: number; firstMs: number }> {
  const began = performance.now();
  const sidecar = spawnSidecar([], home);
  await sidecar.request("initialize", {
    initializationOptions: { protocolVersion: 1, client: { name: "bench", version: "1" }, settings: benchSettings(port) },
  });
  const initializedMs = performance.now() - began;
  const before = performance.now();
  const { firstMs } = await sidecar.stream("short");
  const toFirst = before - began + firstMs;
  await sidecar.close();
  return { initializedMs, firstMs: toFirst };
}

function sdkProgram(port: number): string {
  return `import { OpenAI } from "openai";
const client = new OpenAI({ apiKey: "x", baseURL: "http://127.0.0.1:${port}/v1", maxRetries: 0 });
for await (const chunk of await client.chat.completions.create({ model: "short", stream: true, messages: [{ role: "user", content: "hi" }] })) {
  if (chunk.choices[0]?.delta.content) process.exit(0);
}`;
}

function exitOf(words: readonly string[]): Promise<number> {
  const began = performance.now();
  return new Promise((done) => {
    const child = spawn(process.execPath, words, { stdio: "ignore" });
    child.once("exit", () => done(performance.now() - began));
  });
}
