// Writes what must not be written twice: docs/protocol.md, docs/protocol.schema.json, package.json's contributes and its words.
// `--check` only compares.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { contributions } from "./extension/contributes.ts";
import { protocolPage, protocolSchema } from "./server/rpc/schema.ts";
import { SETTINGS } from "./shared/settings.ts";

const check = process.argv.includes("--check");
const { contributes, capabilities, words } = contributions();
const outputs = {
  "README.md": withSettings(read("README.md")),
  "docs/protocol.md": protocolPage(),
  "docs/protocol.schema.json": `${JSON.stringify(protocolSchema(), null, 1)}\n`,
  "package.json": `${JSON.stringify({ ...JSON.parse(read("package.json")), capabilities, contributes }, null, 2)}\n`,
  "package.nls.json": `${JSON.stringify(words, null, 2)}\n`,
};

const stale = [];
for (const [path, text] of Object.entries(outputs)) {
  const old = existsSync(path) ? read(path) : null;
  if (same(path, old, text)) continue;
  stale.push(path);
  if (!check) {
    mkdirSync("docs", { recursive: true });
    writeFileSync(path, text);
  }
}
if (check && stale.length > 0) {
  console.error(`stale: ${stale.join(", ")}; run npm run generate`);
  process.exit(1);
}
console.log(stale.length > 0 ? `wrote ${stale.join(", ")}` : "nothing to write");

/** The README's table of settings, between its two marks. */
function withSettings(readme) {
  const rows = Object.entries(SETTINGS).map(
    ([name, row]) => `| \`${name}\` | \`${JSON.stringify(row.default)}\` | ${row.description.replaceAll("|", "\\|")} |`,
  );
  const table = ["In VS Code each is `latchkey.<name>`.", "", "| setting | default | what |", "| --- | --- | --- |", ...rows, ""].join(
    "\n",
  );
  const [before, rest] = readme.split(/(?<=<!-- settings: [^\n]*-->\n)/);
  return `${before}${table}${rest.slice(rest.indexOf("<!-- end of settings -->"))}`;
}

/** JSON is compared by what it says: the formatter may lay it out otherwise. */
function same(path, old, text) {
  if (old === text) return true;
  if (old === null || !path.endsWith(".json")) return false;
  return JSON.stringify(JSON.parse(old)) === JSON.stringify(JSON.parse(text));
}

function read(path) {
  return readFileSync(path, "utf8");
}
