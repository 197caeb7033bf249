// The words that commands put to a model, and the user's own templates from a trusted workspace's .latchkey/prompts.
import * as vscode from "vscode";
import type { TaskType } from "../shared/route.ts";
import type { Subject } from "./selection.ts";

export interface PromptRow {
  readonly text: string;
  readonly taskType?: TaskType;
}

/** Built in: short, since every word is paid for with each use. These stand in the chat as the reader's own question, in their language. */
export function questions() {
  const { t } = vscode.l10n;
  return {
    explain: { text: t("Explain this code: what it does, how, and anything surprising. Name lines when it helps.") },
    fix: {
      text: t(
        "Find and fix the bugs in this code. First say in a sentence or two what is wrong, then give the whole corrected code in one block, ready to replace exactly the lines above.",
      ),
      taskType: "code",
    },
    tests: {
      text: t("Write tests for this code with the test library the project uses, edge cases included. Give one complete file."),
      taskType: "code",
    },
    names: {
      text: t("Suggest better names for the identifiers in this code. Give a short table: now, better, why. Leave good names alone."),
    },
  } as const satisfies Record<string, PromptRow>;
}

/** These are seen by models alone. */
export const PROMPTS = {
  describeImage: { text: "Describe this image. Transcribe any text, and describe diagrams and user interfaces by their structure." },
  commitMessage: {
    text: "Write the commit message for this diff: a subject of at most 72 characters in the imperative, a blank line and a short body only when the reason is not plain. Answer with the message alone.",
    taskType: "code",
  },
} as const satisfies Record<string, PromptRow>;

export interface Template {
  readonly name: string;
  readonly description: string;
  readonly text: string;
}

const TEMPLATE_BYTES_MAX = 100_000;

/** The problems the editor sees in the code belong to the question. */
export function withDiagnostics(text: string, { diagnostics }: Subject): string {
  if (diagnostics.length === 0) return text;
  const lines = diagnostics
    .slice(0, 20)
    .map(({ range, message }) => vscode.l10n.t("- line {0}: {1}", range.start.line + 1, message.split("\n", 1)[0] ?? ""));
  return `${text}\n\n${vscode.l10n.t("The editor reports:")}\n${lines.join("\n")}`;
}

/** Templates are the workspace's words: none are read before its owner trusts it. */
export async function loadTemplates(): Promise<Template[]> {
  if (!vscode.workspace.isTrusted) return [];
  const files = await vscode.workspace.findFiles(".latchkey/prompts/*.md", undefined, 200);
  const templates = await Promise.all(files.map(readTemplate));
  return templates.filter((template) => template !== undefined).sort((a, b) => a.name.localeCompare(b.name));
}

/** `{{selection}}`, `{{file}}` and `{{language}}` are filled in; the code itself travels as an attachment. */
export function fillTemplate(template: Template, subject: Subject | undefined): string {
  const values: Record<string, string> = {
    selection: subject ? subject.document.getText(subject.range) : "",
    file: subject ? vscode.workspace.asRelativePath(subject.document.uri) : "",
    language: subject?.document.languageId ?? "",
  };
  return template.text.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => values[name] ?? whole).trim();
}

async function readTemplate(uri: vscode.Uri): Promise<Template | undefined> {
  const bytes = await vscode.workspace.fs.readFile(uri);
  if (bytes.byteLength > TEMPLATE_BYTES_MAX) return undefined;
  const source = new TextDecoder().decode(bytes);
  const front = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/.exec(source);
  const field = (name: string) => new RegExp(`^${name}:\\s*(.+)$`, "m").exec(front?.[1] ?? "")?.[1]?.trim();
  const text = front ? source.slice(front[0].length) : source;
  const stem = uri.path.slice(uri.path.lastIndexOf("/") + 1).replace(/\.md$/, "");
  return { name: field("name") ?? stem, description: field("description") ?? "", text };
}
