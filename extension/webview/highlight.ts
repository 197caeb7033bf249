// Colours for code: highlight.js with the languages that answers mostly use; text in, escaped HTML out.
import core from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";

const LANGUAGES = {
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  kotlin,
  php,
  python,
  ruby,
  rust,
  sql,
  swift,
  typescript,
  xml,
  yaml,
};

/** VS Code's language ids that highlight.js calls otherwise. */
const ALIASES: Readonly<Record<string, string>> = {
  typescriptreact: "typescript",
  javascriptreact: "javascript",
  shellscript: "bash",
  jsonc: "json",
  vue: "xml",
};

/** With the first code, not with the page: making twenty grammars takes longer than drawing an empty chat. */
function registerOnce(): void {
  if (core.listLanguages().length > 0) return;
  for (const [name, language] of Object.entries(LANGUAGES)) core.registerLanguage(name, language);
}

/** HTML with spans, or null for a language that is not known here. */
export function highlighted(code: string, language: string): string | null {
  registerOnce();
  const name = ALIASES[language] ?? language.toLowerCase();
  return core.getLanguage(name) ? core.highlight(code, { language: name, ignoreIllegals: true }).value : null;
}
