// Builds what ships: the sidecar and CLI, the extension, the webviews. `node build.mjs [server|extension|webview]… [--watch] [--quiet]`
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build, context } from "esbuild";

const words = process.argv.slice(2);
const chosen = words.filter((word) => !word.startsWith("--"));
const wants = (part) => chosen.length === 0 || chosen.includes(part);
const { version } = JSON.parse(readFileSync("package.json", "utf8"));

const node = {
  bundle: true,
  platform: "node",
  target: "node22",
  format: "cjs",
  minify: true,
  keepNames: true,
  legalComments: "none",
  logLevel: "warning",
  sourcemap: words.includes("--sourcemap"),
  define: { "process.env.NODE_ENV": '"production"', "import.meta.url": '"file:///latchkey"' },
};

/** Packages that are loaded when first needed: each becomes a file of its own beside the sidecar. */
const LAZY = {
  openai: "openai",
  "@anthropic-ai/sdk": "anthropic",
  "@google/genai": "google",
  "@google/generative-ai": "google-generative",
  "gpt-tokenizer/encoding/o200k_base": "tokens",
  undici: "undici",
  pg: "postgres",
  "ajv/dist/2020.js": "ajv",
  "@agentclientprotocol/sdk": "acp",
  "@modelcontextprotocol/sdk/server/mcp.js": "mcp",
  "@modelcontextprotocol/sdk/server/stdio.js": "mcp-stdio",
  hono: "hono",
  "@hono/node-server": "hono-node",
  yaml: "yaml",
};

/** Packages of which only parts are used: what their file holds instead of the whole. */
const PARTS = {
  undici: `module.exports = {
    Agent: require("undici/lib/dispatcher/agent.js"),
    ProxyAgent: require("undici/lib/dispatcher/proxy-agent.js"),
    buildConnector: require("undici/lib/core/connect.js"),
  };`,
};

const lazyPackages = {
  name: "lazy-packages",
  setup(build) {
    build.onResolve({ filter: /^[^.]/ }, (seen) => {
      if (seen.kind !== "dynamic-import" || !(seen.path in LAZY)) return undefined;
      return { path: `./lazy/${LAZY[seen.path]}.cjs`, external: true };
    });
  },
};

/** A package's own entry, bundled once; pg's optional native part is not shipped. */
function lazyOptions() {
  const used = Object.entries(LAZY).filter(([name]) => isUsed(name));
  return used.map(([name, file]) => ({
    ...node,
    keepNames: false,
    stdin: { contents: PARTS[name] ?? `module.exports = require(${JSON.stringify(name)});`, resolveDir: import.meta.dirname },
    outfile: `dist/lazy/${file}.cjs`,
    external: ["pg-native", "@napi-rs/keyring", "cloudflare:sockets", "bufferutil", "utf-8-validate"],
    conditions: ["require", "node"],
  }));
}

const sourceOf = new Map();
function isUsed(name) {
  return [...sourceOf.keys()].some((path) => readFileSync(path, "utf8").includes(`import("${name}")`));
}

/** The tiny file that `latchkey` names: checks Node, turns on the compile cache, then loads the rest. */
const LAUNCHER = `#!/usr/bin/env node
"use strict";
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write("latchkey needs Node 22.15 or newer; this is " + process.versions.node + ".\\n");
  process.exit(2);
}
require("node:module").enableCompileCache?.();
require("./server.cjs");
`;

const parts = {
  server: async () => {
    const main = await make({
      ...node,
      entryPoints: ["server/main.ts"],
      outfile: "dist/server.cjs",
      plugins: [lazyPackages],
      external: ["@napi-rs/keyring"],
      metafile: true,
    });
    for (const path of Object.keys(main.metafile.inputs)) if (path.startsWith("server/") && path.endsWith(".ts")) sourceOf.set(path, true);
    for (const options of lazyOptions()) await make(options);
    writeFileSync("dist/latchkey.cjs", LAUNCHER);
    chmodSync("dist/latchkey.cjs", 0o755);
  },
  extension: async () => {
    if (existsSync("extension/main.ts"))
      await make({ ...node, entryPoints: ["extension/main.ts"], outfile: "dist/extension.cjs", external: ["vscode"] });
  },
  webview: async () => {},
};

async function make(options) {
  if (!words.includes("--watch")) return build(options);
  const watching = await context(options);
  await watching.watch();
  return build(options);
}

mkdirSync("dist", { recursive: true });
for (const [name, run] of Object.entries(parts)) if (wants(name)) await run();
if (!words.includes("--quiet")) console.log(`built ${chosen.length > 0 ? chosen.join(", ") : Object.keys(parts).join(", ")} ${version}`);
