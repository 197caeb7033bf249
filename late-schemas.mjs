// What crosses the wire is described by hundreds of schemas whose making takes longer than all else that activation does:
// for the extension they are a file of its own beside it, which is loaded when the first name of it is used.
import { globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const FILE = "./schemas.cjs";
const textOf = (path) => readFileSync(join(import.meta.dirname, path), "utf8");
/** Every file that makes schemas; the others are small and stay where they are used. */
const PATHS = globSync("{shared,extension}/*.ts", { cwd: import.meta.dirname }).filter((path) => textOf(path).includes('from "zod/mini"'));

/** An import of such a file becomes getters: each looks its name up in the one file when it is used, not when it is imported. */
export const lateSchemas = {
  name: "late-schemas",
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\/[\w/-]+\.ts$/ }, (seen) => {
      const path = relative(import.meta.dirname, join(seen.resolveDir, seen.path));
      return PATHS.includes(path) ? { path, namespace: "late-schemas" } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: "late-schemas" }, ({ path }) => ({ contents: getters(path), loader: "js" }));
    build.onResolve({ filter: /^\.\/schemas\.cjs$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** The file itself: every such module under its own name, so that two may use one word. */
export const schemasSource = {
  contents: PATHS.map((path) => `exports[${JSON.stringify(path)}] = require(${JSON.stringify(`./${path}`)});`).join("\n"),
  resolveDir: import.meta.dirname,
};

function getters(path) {
  const declared = [...textOf(path).matchAll(/^export (?:const|function|class) (\w+)/gm)].map(([, name]) => name);
  const passedOn = [...textOf(path).matchAll(/^export \{ ([\w, ]+) \};/gm)].map(([, names]) => names.split(", "));
  const values = textOf(path).match(/^export (?!type |interface )/gm)?.length ?? 0;
  if (declared.length + passedOn.length !== values) throw new Error(`${path} exports in a way that is not understood here`);
  const getter = (name) => `get ${name}() { return require("${FILE}")[${JSON.stringify(path)}].${name}; }`;
  return `module.exports = { ${[...declared, ...passedOn.flat()].map(getter).join(", ")} };`;
}
