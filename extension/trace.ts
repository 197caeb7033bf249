// The protocol's trace as people may keep it: a verbose trace writes whole messages to a log file, so keys are taken out first.
import type * as vscode from "vscode";

/** The field that carries a key, in text, in JSON, and in JSON inside JSON. */
const SECRET = /(\\*"secret\\*"\s*:\s*\\*")(?:[^"\\]|\\+[^"\\]|\\(?=\\*"[^,}\]\s]))*/g;

export function withoutSecrets(text: string): string {
  return text.replace(SECRET, "$1[redacted]");
}

/** The same channel, but for what is traced to it. */
export function tracing(log: vscode.LogOutputChannel): vscode.LogOutputChannel {
  return Object.create(log, { trace: { value: (text: string, ...more: unknown[]) => log.trace(withoutSecrets(text), ...more) } });
}
