// The OpenAI SDK is built from the source its package ships, without the parts that are never called: less to load, and its private fields are real ones.
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";

const ROOT = realpathSync("node_modules/openai/src");

/** What is called: chat completions, responses, the list of models; and what those need. */
const USED = [
  "resources/index",
  "resources/models",
  "resources/shared",
  "resources/chat/index",
  "resources/chat/chat",
  "resources/chat/completions/index",
  "resources/chat/completions/completions",
  "resources/responses/responses",
  "lib/parser",
  "lib/ResponsesParser",
];

/** Left out beside resources: it names `Response` when loaded, which brings Node's whole fetch. */
const UNUSED = ["auth/workload-identity-auth"];

/** What the SDK's source finds under the names of these globals. */
export const SDK_GLOBALS = "server/network/sdk-globals.ts";

/** `import("openai")` finds the client alone; other paths of the package are their source files. */
function sourceOf(path) {
  const file = join(ROOT, path === "openai" ? "client.ts" : `${path.slice("openai/".length)}.ts`);
  if (!existsSync(file)) throw new Error(`${path} has no source in this version of the package`);
  return file;
}

/**
 * Work for nothing, left out: the client's log is off, and what would be written to it is not made ready, which parses the address twice and
 * copies all headers for each answer; and what the machine is, said in seven headers, never leaves it (server/providers/exchange.ts).
 */
const IDLE_WORK = {
  "internal/utils/log": [
    ["(value: string): string {\n", "  return value;\n"],
    ["  body?: unknown;\n}) => {\n", "  return details;\n"],
  ],
  "internal/detect-platform": [["export const getPlatformHeaders = () => {\n", "  return {};\n"]],
};

function withoutIdleWork(name, file) {
  return IDLE_WORK[name]?.reduce(
    (source, [opening, first]) => {
      if (source.split(opening).length !== 2) throw new Error(`${name} of the OpenAI SDK has changed; see IDLE_WORK in sdk-parts.mjs`);
      return source.replace(opening, opening + first);
    },
    readFileSync(file, "utf8"),
  );
}

/** A file that is left out keeps its names, so that whoever makes its objects still can; there is nothing in them. */
function emptied(file) {
  const source = readFileSync(file, "utf8");
  const classes = [...source.matchAll(/^export (?:abstract )?class (\w+)/gm)].map(([, name]) => `export class ${name} {}`);
  const functions = [...source.matchAll(/^export (?:async )?(?:function\*?|const) (\w+)/gm)].map(
    ([, name]) => `export function ${name}() { throw new Error("${name} is left out of this build"); }`,
  );
  return [...classes, ...functions].join("\n");
}

export const openaiFromSource = {
  name: "openai-from-source",
  setup(build) {
    build.onResolve({ filter: /^openai(?:\/|$)/ }, ({ path }) => ({ path: sourceOf(path) }));
    build.onLoad({ filter: /[\\/]openai[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const name = relative(ROOT, path).replaceAll("\\", "/").replace(/\.ts$/, "");
      const isPart = /^(?:resources|lib)\//.test(name) && !/\/index$/.test(name);
      const isEmptied = isPart ? !USED.includes(name) : UNUSED.includes(name);
      const contents = isEmptied ? emptied(path) : withoutIdleWork(name, path);
      return contents === undefined ? undefined : { contents, loader: "ts" };
    });
  },
};
