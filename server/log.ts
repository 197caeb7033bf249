// JSON lines to stderr, one an event; never stdout, never a key.
export type LogLevel = "error" | "warn" | "info" | "debug";

export interface Log {
  error(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
  info(message: string, details?: Record<string, unknown>): void;
  debug(message: string, details?: Record<string, unknown>): void;
}

const ORDER: readonly LogLevel[] = ["error", "warn", "info", "debug"];

/** `level` is read at every line, so that a changed setting holds at once. */
export function createLog(write: (line: string) => void, level: () => LogLevel, now: () => Date): Log {
  const at = (name: LogLevel) => (message: string, details?: Record<string, unknown>) => {
    if (ORDER.indexOf(name) > ORDER.indexOf(level())) return;
    write(`${JSON.stringify({ time: now().toISOString(), level: name, message, ...details }, plain)}\n`);
  };
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}

function plain(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { name: value.name, message: value.message, stack: value.stack, ...(value.cause ? { cause: value.cause } : {}) };
}
