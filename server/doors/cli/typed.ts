// Words that nobody should see, from a pipe as they come or from a terminal without echo.
import { Writable } from "node:stream";
import type { Edge } from "../../edge.ts";
import { readStdin } from "./attach.ts";
import { UsageError } from "./verb.ts";

/** Throws a UsageError when there is neither a pipe nor a terminal; `example` then shows the way. */
export async function typed(edge: Edge, what: string, example?: string): Promise<string> {
  const piped = (await readStdin(edge)).trim();
  if (piped !== "") return piped;
  if (!edge.stdin.isTTY)
    throw new UsageError(example ? `pipe the key in, for example: ${example}` : `${what}: there is no terminal to ask`);
  edge.stderr.write(`${what} (not shown): `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  // Loaded late: no other verb needs it, and it takes 11 ms of every start (measured 2026-11-23).
  const { createInterface } = await import("node:readline");
  const lines = createInterface({ input: edge.stdin, output: silent, terminal: true });
  try {
    return await new Promise<string>((resolve) => lines.question("", resolve));
  } finally {
    lines.close();
    edge.stderr.write("\n");
  }
}
