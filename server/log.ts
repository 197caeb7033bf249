// JSON lines to stderr, one an event; never stdout, never a key.
export type LogLevel = "error" | "warn" | "info" | "debug";

export interface Log {
  error(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
  info(message: string, details?: Record<string, unknown>): void;
  debug(message: string, details?: Record<string, unknown>): void;
}

const ORDER: readonly LogLevel[] = ["error", "warn", "info", "debug"];
/** Fields whose content is a credential whatever it looks like. */
const SECRET_FIELD = /^(authorization|proxy-authorization|cookie|set-cookie|.*api[-_]?key|.*token|.*secret|.*password|.*passphrase)$/i;

/**
 * `level` is read at every line, so that a changed setting holds at once. `redact` gets each finished line: keys that a
 * vendor or a library wrote into a message are taken out there.
 */
export function createLog(write: (line: string) => void, level: () => LogLevel, now: () => Date, redact = (line: string) => line): Log {
  const at = (name: LogLevel) => (message: string, details?: Record<string, unknown>) => {
    if (ORDER.indexOf(name) > ORDER.indexOf(level())) return;
    write(`${redact(lineOf({ time: now().toISOString(), level: name, message, ...details }))}\n`);
  };
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}

/** A detail that cannot be written loses the details, never the line. */
function lineOf(entry: Record<string, unknown>): string {
  try {
    return JSON.stringify(entry, plain);
  } catch {
    return JSON.stringify({ time: entry.time, level: entry.level, message: String(entry.message), details: "cannot be written" });
  }
}

function plain(key: string, value: unknown): unknown {
  if (typeof value === "string" && SECRET_FIELD.test(key)) return "[redacted]";
  if (typeof value === "bigint") return String(value);
  if (!(value instanceof Error)) return value;
  const { name, message, stack } = value;
  const kind = "kind" in value ? { kind: value.kind } : {};
  const code = "code" in value ? { code: value.code } : {};
  return { name, ...kind, ...code, message, stack, ...(value.cause ? { cause: value.cause } : {}) };
}
