// The Latchkey output channel: the extension's own lines and the sidecar's JSON lines at their own level; never a prompt, never a key.
import * as vscode from "vscode";

export type Log = vscode.LogOutputChannel;

export function createLog(): Log {
  return vscode.window.createOutputChannel("Latchkey", { log: true });
}

/** Writes each line of the sidecar's stderr; what is not a JSON line (a crash's stack) is kept as it is. */
export function followStderr(stream: NodeJS.ReadableStream, log: Log): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (piece: string) => {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) writeLine(line, log);
  });
  stream.on("end", () => writeLine(rest, log));
}

function writeLine(line: string, log: Log): void {
  if (line.trim() === "") return;
  const entry = parseEntry(line);
  if (!entry) {
    log.warn(`sidecar: ${line}`);
    return;
  }
  const { level, message, ...fields } = entry;
  delete fields.time;
  const text = `sidecar: ${message ?? ""}${Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : ""}`;
  if (level === "error") log.error(text);
  else if (level === "warn") log.warn(text);
  else if (level === "debug") log.debug(text);
  else log.info(text);
}

function parseEntry(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === "object" && entry !== null ? { ...entry } : undefined;
  } catch {
    return undefined;
  }
}
