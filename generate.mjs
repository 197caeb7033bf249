// Writes what must not be written twice: docs/protocol.md, docs/protocol.schema.json, package.json's contributes. `--check` only compares.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { protocolPage, protocolSchema } from "./server/rpc/schema.ts";
import { SETTINGS } from "./shared/settings.ts";

const check = process.argv.includes("--check");
const outputs = {
  "README.md": withSettings(readFileSync("README.md", "utf8")),
  "docs/protocol.md": protocolPage(),
  "docs/protocol.schema.json": `${JSON.stringify(protocolSchema(), null, 1)}\n`,
};

const stale = [];
for (const [path, text] of Object.entries(outputs)) {
  const old = read(path);
  if (old === text) continue;
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

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
