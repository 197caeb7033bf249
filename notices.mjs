// The licences of everything that is bundled, as one text that ships with it; a package without a licence text stops the build.
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a package holds of others' work without saying so: where the text of that licence stands. */
const WITHIN = { "@cwasm/webp": { what: "libwebp, inside @cwasm/webp (BSD-3-Clause)", file: "server/images/libwebp-licence.txt" } };

/** Packages that some input of a bundle belongs to. */
export function packagesOf(inputs) {
  const found = inputs.map((path) => /^(?:.*\/)?(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(found.filter(Boolean))].sort();
}

export function noticesFor(packages) {
  const byText = new Map();
  for (const folder of packages) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const text = licenceText(folder, name, license);
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
    const within = WITHIN[name];
    if (within) byText.set(readFileSync(within.file, "utf8").trim(), [within.what]);
  }
  const parts = [...byText].map(([text, names]) => `## ${names.join(", ")}\n\n${text}\n`);
  return `What Latchkey is built from, and under which licences.\n\n${parts.join("\n")}`;
}

/** A few packages name their licence in package.json alone; its standard text then stands for it. */
function licenceText(folder, name, license) {
  const [file] = globSync(join(folder, "{LICENSE,LICENCE,License,license,COPYING}*")).filter(existsSync);
  if (file) return readFileSync(file, "utf8").trim();
  if (license) return `Licensed under ${license}, as its package.json says; the package carries no text of it.`;
  throw new Error(`${name} has no licence`);
}
