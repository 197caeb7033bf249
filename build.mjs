// Builds what ships: the sidecar and CLI, the extension, the webviews. `node build.mjs [server|extension|client|webview]… [--watch] [--quiet] [--traceable]`
import { createHash } from "node:crypto";
import { chmodSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build, context } from "esbuild";
import { createRequire } from "node:module";
import { protocolDeclarations } from "./server/rpc/declarations.ts";
import { lateSchemas, schemasSource } from "./late-schemas.mjs";
import { noticesFor, packagesOf } from "./notices.mjs";
import { openaiFromSource, SDK_GLOBALS } from "./sdk-parts.mjs";
import { webpWithItsCode } from "./webp-part.mjs";

const words = process.argv.slice(2);
const chosen = words.filter((word) => !word.startsWith("--"));
const wants = (part) => chosen.length === 0 || chosen.includes(part);
const { version } = JSON.parse(readFileSync("package.json", "utf8"));

const node = {
  bundle: true,
  platform: "node",
  target: "node22",
  // A native import() brings Node's loader of modules along, and is none that the launcher's loader sees.
  supported: { "dynamic-import": false },
  format: "cjs",
  // Traceable: what ran can be led back to the source to the letter, by a map beside the file that no process reads.
  minify: !words.includes("--traceable"),
  legalComments: "none",
  logLevel: "warning",
  sourcemap: words.includes("--traceable") ? "external" : words.includes("--sourcemap"),
  define: { "process.env.NODE_ENV": '"production"', "import.meta.url": '"file:///latchkey"' },
};

/**
 * Packages that are loaded when first needed. Each group becomes a file of its own beside the sidecar, so that what is
 * loaded together is bundled together and once; a package's parts are found in it by the name they are imported by.
 */
const LAZY = {
  openai: ["openai", "openai/core/streaming"],
  anthropic: ["@anthropic-ai/sdk", "@anthropic-ai/sdk/core/streaming"],
  google: ["@google/genai"],
  tokens: ["gpt-tokenizer/encoding/o200k_base"],
  undici: ["undici"],
  postgres: ["pg"],
  ajv: ["ajv", "ajv/dist/2020.js"],
  acp: ["@agentclientprotocol/sdk"],
  mcp: ["server/index.js", "server/stdio.js", "types.js"].map((name) => `@modelcontextprotocol/sdk/${name}`),
  http: ["hono", "@hono/node-server"],
  yaml: ["yaml"],
  telemetry: ["api", "sdk-trace", "sdk-metrics", "resources", "exporter-trace-otlp-http", "exporter-metrics-otlp-http"].map(
    (name) => `@opentelemetry/${name}`,
  ),
  // Ours, but its weights are more text than all other code.
  scorer: ["./server/routing/scorer/score.ts", "./server/routing/scorer/lines.ts"],
  // Ours with its codecs: it runs in a thread of its own, from its own file.
  images: ["./server/images/rework.ts"],
};
const GROUP_OF = new Map(Object.entries(LAZY).flatMap(([group, names]) => names.map((name) => [name, group])));

/** Packages of which only parts are used: what their file holds instead of the whole. */
const PARTS = {
  // The whole package gives every dispatcher its "connect", by which a proxy is asked for a tunnel.
  undici: `(() => {
    require("undici/lib/dispatcher/dispatcher.js").prototype.connect = require("undici/lib/api/api-connect.js");
    return {
      Agent: require("undici/lib/dispatcher/agent.js"),
      ProxyAgent: require("undici/lib/dispatcher/proxy-agent.js"),
      buildConnector: require("undici/lib/core/connect.js"),
    };
  })()`,
};

/** `import("openai")` in our source becomes a look-up in the group's file; nothing of the package stays in the sidecar. */
const lazyPackages = {
  name: "lazy-packages",
  setup(build) {
    build.onResolve({ filter: /^[^.]/ }, (seen) => {
      if (seen.kind !== "dynamic-import" || !GROUP_OF.has(seen.path)) return undefined;
      used.add(seen.path);
      return { path: seen.path, namespace: "lazy" };
    });
    build.onResolve({ filter: /\/(scorer\/\w+|rework)\.ts$/ }, (seen) => {
      const path = `./${relative(import.meta.dirname, join(seen.resolveDir, seen.path))}`;
      if (seen.kind !== "dynamic-import" || !GROUP_OF.has(path)) return undefined;
      used.add(path);
      return { path, namespace: "lazy" };
    });
    build.onResolve({ filter: /^\.\/lazy\// }, (seen) => ({ path: seen.path, external: true }));
    build.onLoad({ filter: /.*/, namespace: "lazy" }, ({ path }) => ({
      contents: `module.exports = require("./lazy/${GROUP_OF.get(path)}.cjs")[${JSON.stringify(path)}];`,
      loader: "js",
    }));
  },
};
const used = new Set();

function lazyOptions() {
  const groups = Object.entries(LAZY).map(([group, names]) => [group, names.filter((name) => used.has(name))]);
  return groups
    .filter(([, names]) => names.length > 0)
    .map(([group, names]) => ({
      ...node,
      stdin: {
        contents: `module.exports = { ${names.map((name) => `${JSON.stringify(name)}: ${PARTS[name] ?? `require(${JSON.stringify(name)})`}`).join(", ")} };`,
        resolveDir: import.meta.dirname,
      },
      outfile: `dist/lazy/${group}.cjs`,
      ...(group === "openai" ? { plugins: [openaiFromSource], inject: [SDK_GLOBALS] } : {}),
      ...(group === "images" ? { plugins: [webpWithItsCode], loader: { ".wasm": "binary" } } : {}),
      external: ["pg-native", "cloudflare:sockets", "bufferutil", "utf-8-validate"],
      conditions: ["require", "node"],
    }));
}

/** The launcher knows of which build it is, by all that is built beside it: what it keeps of one is never run as another. */
function launcher() {
  const hash = createHash("sha256");
  if (!words.includes("--watch"))
    for (const file of ["dist/server.cjs", ...globSync("dist/lazy/*.cjs").sort()]) hash.update(readFileSync(file));
  const build = words.includes("--watch") ? "" : hash.digest("hex").slice(0, 16);
  return readFileSync("server/launcher.cjs", "utf8").replace('const BUILD = "";', `const BUILD = "${build}";`);
}

/** The language client is four fifths of the extension's code, and needed only once something is asked. */
const CLIENT = "vscode-languageclient/node";
const lateClient = {
  name: "late-client",
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${CLIENT}$`) }, () => ({ path: "./client.cjs", external: true }));
    // The sidecar ships it already.
    build.onResolve({ filter: /^yaml$/ }, () => ({ path: "yaml", namespace: "lazy" }));
    build.onResolve({ filter: /^\.\/lazy\// }, (seen) => ({ path: seen.path, external: true }));
    build.onLoad({ filter: /^yaml$/, namespace: "lazy" }, () => ({ contents: 'module.exports = require("./lazy/yaml.cjs").yaml;' }));
  },
};

/** Activation loads what it needs itself; the rest is a file of its own, loaded by whatever is used first. */
const lateCompose = {
  name: "late-compose",
  setup(build) {
    build.onResolve({ filter: /^\.\/compose\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./compose.cjs", external: true } : undefined,
    );
  },
};

/**
 * VS Code's API as it is: an import of a namespace would be a copy of its hundreds of names in each file that has one,
 * whose making took longer than all else that loading does.
 */
const ownVscode = {
  name: "own-vscode",
  setup(build) {
    build.onLoad({ filter: /[\\/]extension[\\/][\w-]+\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace('import * as vscode from "vscode";', 'const vscode = require("vscode");'),
      loader: "ts",
    }));
  },
};

const page = {
  bundle: true,
  platform: "browser",
  target: "chrome128",
  format: "iife",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".svg": "dataurl" },
  define: { "process.env.NODE_ENV": '"production"' },
};

/**
 * A message is taken in at the end of the turn that brought it: the library gives each a turn of the event loop of its own,
 * which for a hundred at once is a hundred turns.
 */
const protocolParts = `
const api = require("./lib/common/api");
const parts = require("./lib/node/ril").default();
const setImmediate = (run, ...given) => {
  let isOff = false;
  queueMicrotask(() => isOff || run(...given));
  return { dispose: () => { isOff = true; } };
};
api.RAL.install({ ...parts, timer: { ...parts.timer, setImmediate } });
module.exports = api;`;

/** Only the protocol of vscode-jsonrpc: its own transports, which are not used, load five of Node's modules before the first answer. */
const protocolOnly = {
  name: "protocol-only",
  setup(build) {
    const library = join(createRequire(import.meta.url).resolve("vscode-jsonrpc/node"), "../../..");
    build.onResolve({ filter: /^vscode-jsonrpc\/node$/ }, (seen) => ({ path: seen.path, namespace: "protocol-only" }));
    build.onLoad({ filter: /.*/, namespace: "protocol-only" }, () => ({
      contents: protocolParts,
      resolveDir: library,
    }));
    build.onResolve({ filter: /^crypto$/ }, (seen) =>
      seen.importer.startsWith(library) ? { path: "crypto", namespace: "when-asked" } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "when-asked" }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => require("node:${path}")[name] });`,
    }));
  },
};

const parts = {
  server: async () => {
    rmSync("dist/lazy", { recursive: true, force: true });
    await make({
      ...node,
      entryPoints: ["server/main.ts"],
      outfile: "dist/server.cjs",
      plugins: [lazyPackages, protocolOnly],
      external: ["@napi-rs/keyring"],
    });
    for (const options of lazyOptions()) await make(options);
    writeFileSync("dist/latchkey.cjs", launcher());
    chmodSync("dist/latchkey.cjs", 0o755);
  },
  extension: async () => {
    // What activation needs, and what the first use does.
    for (const [entry, name] of [
      ["main", "extension"],
      ["compose", "compose"],
    ]) {
      const plugins = [ownVscode, lateCompose, lateClient, lateSchemas];
      await make({ ...node, entryPoints: [`extension/${entry}.ts`], outfile: `dist/${name}.cjs`, external: ["vscode"], plugins });
    }
    await make({ ...node, stdin: schemasSource, outfile: "dist/schemas.cjs" });
    const contents = `module.exports = require(${JSON.stringify(CLIENT)});`;
    await make({ ...node, stdin: { contents, resolveDir: import.meta.dirname }, outfile: "dist/client.cjs", external: ["vscode"] });
  },
  client: async () => {
    await make({
      ...node,
      define: {},
      supported: {},
      format: "esm",
      entryPoints: ["server/client/connect.ts"],
      outfile: "dist/client.mjs",
    });
    writeFileSync("dist/client.d.ts", clientDeclarations());
  },
  webview: async () => {
    const entryPoints = globSync("extension/webview/{chat,dashboard,image}.{tsx,css}");
    await make({ ...page, entryPoints, outdir: "dist/webview" });
  },
};

/** The client's own contract behind the wire's types, spelt out: whoever compiles against it needs no other package. */
function clientDeclarations() {
  const contract = readFileSync("server/client/contract.ts", "utf8").replace(/^import type [\s\S]*?;\n/m, "");
  const values = [
    "export declare class LatchkeyError extends Error implements LatchkeyErrorShape {",
    "  readonly code: number;",
    "  readonly kind: string;",
    "  readonly data: Readonly<Record<string, unknown>>;",
    "}",
    "export declare const connect: Connect;",
  ];
  return `// Generated by build.mjs from shared/protocol.ts and server/client/contract.ts.\n${protocolDeclarations()}\n${contract}\n${values.join("\n")}\n`;
}

const bundled = new Set();
async function make(options) {
  const noting = { ...options, metafile: true };
  if (words.includes("--watch")) await (await context(noting)).watch();
  const { metafile } = await build(noting);
  for (const folder of packagesOf(Object.keys(metafile.inputs))) bundled.add(folder);
}

mkdirSync("dist", { recursive: true });
for (const [name, run] of Object.entries(parts)) if (wants(name)) await run();
if (chosen.length === 0) writeFileSync("dist/third-party.txt", noticesFor([...bundled].sort()));
if (!words.includes("--quiet")) console.log(`built ${chosen.length > 0 ? chosen.join(", ") : Object.keys(parts).join(", ")} ${version}`);
