// How much a program text asks of whoever runs it in their head: size, loops, text handling, the literals it works on. Never runs it.
import { count, log } from "./measure.ts";

const QUOTED = /'([^'\n]{0,400})'|"([^"\n]{0,400})"/g;

function quotedLengths(text: string): number[] {
  return Array.from(text.matchAll(QUOTED), (found) => (found[1] ?? found[2] ?? "").length);
}

export function programFeatures(code: readonly string[]): Record<string, number> {
  const text = code.join("\n");
  const quoted = quotedLengths(text);
  const depths = code.map((line) => Math.min(8, Math.floor((line.length - line.trimStart().length) / 2)));
  const loops = count(text, /\b(?:for|while)\b/g);
  const allQuoted = log(quoted.reduce((sum, length) => sum + length, 0));
  const asserted = log(code.filter((line) => /^\s*(?:assert|print|console\.log)\b/.test(line)).reduce((sum, line) => sum + line.length, 0));
  return {
    "code lines": log(code.length),
    "code characters": log(text.length),
    "code depth": depths.reduce((most, depth) => Math.max(most, depth), 0),
    loops: Math.min(6, loops),
    "open loops": Math.min(4, count(text, /\bwhile\b/g)),
    branches: log(count(text, /\b(?:if|elif|else|case|switch)\b/g)),
    calls: log(count(text, /\w\(/g)),
    methods: log(count(text, /\.\w+\(/g)),
    "text methods": log(
      count(
        text,
        /\.(?:replace|r?split\w*|join|[lr]?strip|r?partition|r?find|r?index|count|translate|[lr]just|center|zfill|title|swapcase|is[a-z]+|trim|slice|substring)\(/g,
      ),
    ),
    mutations: log(count(text, /\.(?:pop|insert|remove|append|extend|update|clear|sort|reverse|push|shift|splice)\(/g)),
    slices: log(count(text, /\[[^\]\n]{0,60}:[^\]\n]{0,60}\]/g)),
    "negative indices": log(count(text, /-\d/g)),
    remainders: log(count(text, /%|\/\//g)),
    "code operators": log(count(text, /[+\-*%]=?/g)),
    "longest literal": log(quoted.reduce((most, length) => Math.max(most, length), 0)),
    "literal characters": allQuoted,
    "loops over literals": Math.min(2, loops) * allQuoted,
    "asserted characters": asserted,
    "asserted by loops": Math.min(1, loops) * asserted,
  };
}
