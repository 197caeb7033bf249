// Forty fake keys lie about while the .vsix and the npm package are built, in the environment and in files: neither holds one.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { PROVIDER_ROWS } from "../../server/providers/registry.ts";
import { type Canary, canary, leaksIn } from "../support/canary.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { unzipped } from "../support/zip.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const LEFT_OUT = new Set(["node_modules", "dist", ".git", "test"]);

describe("the packages, built while keys lie about", function () {
  this.timeout(300_000);
  const folder = temporaryFolder();

  /** The project as someone has it who builds it: with keys in the environment, in files that are never meant to ship, and in the home. */
  function prepare(): { project: string; environment: Record<string, string>; canaries: Canary[] } {
    const project = folder.file("project");
    cpSync(ROOT, project, { recursive: true, filter: (path) => !LEFT_OUT.has(relative(ROOT, path)) });
    symlinkSync(join(ROOT, "node_modules"), join(project, "node_modules"));
    const rows = PROVIDER_ROWS.filter((row) => row.environment.length > 0);
    const fromEnvironment = rows.map((row) => ({ ...canary(`environment of ${row.id}`), variable: row.environment[0] ?? "" }));
    const places = [".env", "extension/.env.local", "server/notes.txt", "dist/server.cjs.map", "dist/old.log", "docs/keys.md", "keys.json"];
    const count = 40 - fromEnvironment.length;
    const fromFiles = Array.from({ length: count }, (_, at) => ({ ...canary(`file ${at}`), place: places[at % places.length] ?? "" }));
    mkdirSync(join(project, "dist"), { recursive: true });
    for (const { key, place } of fromFiles) writeFileSync(join(project, place), `OPENAI_API_KEY=${key}\n`, { flag: "a" });
    const variables = Object.fromEntries(fromEnvironment.map(({ variable, key }) => [variable, key]));
    return { project, environment: variables, canaries: [...fromEnvironment, ...fromFiles] };
  }

  function build(project: string, environment: Record<string, string>): Record<string, Map<string, Buffer>> {
    const env = { ...process.env, ...environment, PATH: `${join(ROOT, "node_modules/node/bin")}:${process.env.PATH}` };
    const vsix = folder.file("latchkey.vsix");
    execFileSync("npm", ["run", "-s", "package", "--", "--out", vsix], { cwd: project, env, stdio: "pipe" });
    execFileSync("npm", ["pack", "--pack-destination", folder.path], { cwd: project, env, stdio: "pipe" });
    const tarball = readdirSync(folder.path).find((name) => name.endsWith(".tgz")) ?? "";
    const unpacked = folder.file("npm");
    mkdirSync(unpacked);
    execFileSync("tar", ["-xzf", folder.file(tarball), "-C", unpacked]);
    return {
      [basename(vsix)]: new Map([...unzipped(readFileSync(vsix)), ["as it is", readFileSync(vsix)]]),
      [tarball]: new Map([...filesIn(unpacked), ["as it is", gunzipSync(readFileSync(folder.file(tarball)))]]),
    };
  }

  it("hold none of them, in no file and no encoding", () => {
    const { project, environment, canaries } = prepare();
    assert.equal(canaries.length, 40);
    const packages = build(project, environment);
    const all = Object.entries(packages).flatMap(([name, files]) =>
      [...files].map(([file, bytes]) => [`${name}: ${file}`, bytes] as const),
    );
    for (const needed of ["server", "extension", "compose", "schemas", "client"])
      assert.ok(packages["latchkey.vsix"]?.has(`extension/dist/${needed}.cjs`), needed);
    assert.ok(all.some(([name]) => name.endsWith("package/dist/latchkey.cjs")));
    const bytes = all.reduce((sum, [, file]) => sum + file.length, 0);
    console.log(`      ${canaries.length} keys; ${all.length} files of ${Object.keys(packages).length} packages, ${bytes} bytes searched`);
    assert.deepEqual(leaksIn(Object.fromEntries(all), canaries), []);
  });

  function filesIn(path: string): [string, Buffer][] {
    const names = readdirSync(path, { recursive: true, encoding: "utf8" });
    return names.filter((name) => statSync(join(path, name)).isFile()).map((name) => [name, readFileSync(join(path, name))]);
  }
});
