// How a file or a selection is put into a prompt: one text form that people can read and the demo can find again.

export interface Attachment {
  /** As the user named it. */
  readonly path: string;
  readonly languageId: string;
  readonly text: string;
  /** 1-based, inclusive; absent for a whole file. */
  readonly lines?: { readonly from: number; readonly to: number };
}

/** A header line and a fence that is longer than any run of backticks inside. */
export function attachmentAsText(attachment: Attachment): string {
  const longest = Math.max(2, ...[...attachment.text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  const where = attachment.lines ? ` (lines ${attachment.lines.from}-${attachment.lines.to})` : "";
  const end = attachment.text.endsWith("\n") ? "" : "\n";
  return `File: ${attachment.path}${where}\n${fence}${attachment.languageId}\n${attachment.text}${end}${fence}`;
}

/** Finds the attachments of a prompt again; text that only looks alike costs nothing but a wrong guess. */
export function attachmentsIn(text: string): Attachment[] {
  const found: Attachment[] = [];
  const header = /^File: (.+?)(?: \(lines (\d+)-(\d+)\))?\n(`{3,})([\w+#.-]*)\n/gm;
  for (let match = header.exec(text); match; match = header.exec(text)) {
    const [whole, path = "", from, to, fence = "", languageId = ""] = match;
    const start = match.index + whole.length;
    const end = text.indexOf(`\n${fence}`, start - 1);
    if (end < 0) break;
    const lines = from && to ? { from: Number(from), to: Number(to) } : undefined;
    found.push({ path, languageId, text: text.slice(start, end + 1), ...(lines ? { lines } : {}) });
    header.lastIndex = end;
  }
  return found;
}

const LANGUAGES: Readonly<Record<string, string>> = {
  ts: "typescript",
  tsx: "typescriptreact",
  mts: "typescript",
  cts: "typescript",
  js: "javascript",
  jsx: "javascriptreact",
  mjs: "javascript",
  cjs: "javascript",
  py: "python",
  rb: "ruby",
  rs: "rust",
  go: "go",
  java: "java",
  kt: "kotlin",
  c: "c",
  h: "c",
  cc: "cpp",
  cpp: "cpp",
  hpp: "cpp",
  cs: "csharp",
  php: "php",
  swift: "swift",
  lua: "lua",
  el: "emacs-lisp",
  vim: "vim",
  sh: "shellscript",
  bash: "shellscript",
  ps1: "powershell",
  sql: "sql",
  html: "html",
  css: "css",
  scss: "scss",
  json: "json",
  yaml: "yaml",
  yml: "yaml",
  toml: "toml",
  xml: "xml",
  md: "markdown",
  txt: "plaintext",
};

/** VS Code's language id for a path's ending; "plaintext" when it says nothing. */
export function languageOf(path: string): string {
  const ending = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  return LANGUAGES[ending] ?? "plaintext";
}
