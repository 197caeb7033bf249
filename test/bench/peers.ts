// What a user would pick instead, installed once beside the project with exact versions; a machine without a network measures the rest.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer, type AddressInfo } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Contestant, openaiSdk } from "./contestant.ts";

/** hono is held at 4.9.7: with newer ones this gateway answers 500 to every stream (seen 2026-11-23). */
const PEERS = {
  name: "latchkey-bench-peers",
  private: true,
  type: "module",
  dependencies: { ai: "7.0.173", "@ai-sdk/openai": "4.0.118", "@portkey-ai/gateway": "1.15.2" },
  overrides: { hono: "4.9.7", "@hono/node-server": "1.13.8" },
};

export function installPeers(): string | null {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "latchkey", "bench-peers");
  if (existsSync(join(folder, "node_modules", "@portkey-ai", "gateway"))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify(PEERS, null, 2));
  try {
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: folder, stdio: "ignore" });
    return folder;
  } catch {
    return null;
  }
}

interface AiModule {
  streamText(options: Record<string, unknown>): { textStream: AsyncIterable<string> };
}
interface AiOpenaiModule {
  createOpenAI(options: Record<string, unknown>): { chat(model: string): unknown };
}

export async function vercelAi(folder: string, port: number): Promise<Contestant> {
  const require = createRequire(join(folder, "x.js"));
  // What npm installed has the shape of its own documentation; only the two functions named above are used.
  const { streamText } = (await import(pathToFileURL(require.resolve("ai")).href)) as AiModule;
  const { createOpenAI } = (await import(pathToFileURL(require.resolve("@ai-sdk/openai")).href)) as AiOpenaiModule;
  const openai = createOpenAI({ apiKey: "sk-bench", baseURL: `http://127.0.0.1:${port}/v1` });
  return {
    name: "Vercel ai in process",
    pid: null,
    async stream(model, signal) {
      const began = performance.now();
      let firstMs = 0;
      let chunks = 0;
      const prompt = "Explain in one sentence what a hash table is.";
      const { textStream } = streamText({ model: openai.chat(model), prompt, maxRetries: 0, abortSignal: signal });
      for await (const text of textStream) {
        if (firstMs === 0 && text) firstMs = performance.now() - began;
        chunks += 1;
      }
      return { ms: performance.now() - began, firstMs, chunks };
    },
    close: () => undefined,
  };
}

export async function portkey(folder: string, port: number): Promise<(Contestant & { child: ChildProcess }) | null> {
  const own = await freePort();
  const entry = join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
  const child = spawn(process.execPath, [entry, `--port=${own}`, "--headless"], { stdio: "ignore", cwd: folder });
  const headers = { "x-portkey-provider": "openai", "x-portkey-custom-host": `http://127.0.0.1:${port}/v1` };
  const inner = await openaiSdk(own, "Portkey gateway", "/v1", headers);
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      await inner.stream("short");
      return { ...inner, pid: child.pid ?? null, child, close: () => void child.kill() };
    } catch {
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  child.kill();
  return null;
}

export function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}
