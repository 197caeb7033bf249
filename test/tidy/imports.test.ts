// The architecture as a table: which room may import what. Change it in a commit of its own, with the reason.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** Rooms by longest path prefix; `builtin` is node:, packages are by name, other rooms by path. */
const TABLE: Readonly<Record<string, readonly string[]>> = {
  shared: ["zod"],
  "server/routing": ["shared"],
  "server/routing/scorer/train": ["shared", "server/routing/scorer", "builtin"],
  "server/policy": ["shared", "zod"],
  "server/money": ["shared", "builtin"],
  "server/money/estimate.ts": ["gpt-tokenizer"],
  "server/money/ledger/postgres.ts": ["pg"],
  "server/catalog": ["shared", "builtin", "server/state", "zod", "@pydantic/genai-prices"],
  "server/state": ["builtin"],
  // What was said is kept beside the spine, not in it: a layer around `send`, as telemetry is.
  "server/conversations": ["shared", "builtin", "server/state", "server/chat", "zod"],
  "server/keys": ["shared", "builtin", "server/state", "zod"],
  "server/keys/sources/keychain.ts": ["@napi-rs/keyring"],
  "server/resilience": ["shared", "builtin", "cockatiel"],
  "server/network": ["shared", "builtin", "undici"],
  "server/images": ["shared", "builtin"],
  "server/images/codecs.ts": ["jpeg-js", "pngjs", "omggif", "@cwasm/webp"],
  "server/providers": ["shared", "server/network", "builtin", "openai", "@anthropic-ai/sdk", "@google/genai"],
  "server/chat": [
    "shared",
    "builtin",
    "server/routing",
    "server/policy",
    "server/money",
    "server/catalog",
    "server/images",
    "server/keys",
    "server/resilience",
    "server/providers/provider.ts",
  ],
  "server/chat/structured.ts": ["ajv"],
  "server/chat/output-schemas.ts": ["ajv"],
  "server/rpc": ["shared", "builtin", "zod", "vscode-jsonrpc", "server/chat", "server/house.ts", "server/edge.ts", "server/log.ts"],
  "server/client": ["shared", "builtin"],
  "server/telemetry": ["shared", "builtin", "server/chat", "server/log.ts", "@opentelemetry"],
  "server/doors": ["shared", "builtin", "zod", "vscode-jsonrpc", "server"],
  "server/doors/cli/keys.ts": ["yaml"],
  "server/rpc/lifecycle.ts": ["vscode-languageserver-protocol"],
  "server/doors/lsp": ["shared", "builtin", "vscode-jsonrpc", "vscode-languageserver-protocol", "server"],
  "server/doors/mcp": ["shared", "builtin", "zod", "server", "@modelcontextprotocol/sdk"],
  "server/doors/acp": ["shared", "builtin", "zod", "server", "@agentclientprotocol/sdk"],
  "server/doors/http": ["shared", "builtin", "zod", "server", "hono", "@hono/node-server"],
  server: ["shared", "builtin", "server", "package.json"],
  extension: ["shared", "builtin", "zod", "vscode", "vscode-languageclient"],
  "extension/import-actions.ts": ["yaml"],
  "extension/webview": ["shared", "preact", "marked", "dompurify", "highlight.js", "uplot", "@vscode-elements/elements"],
};

const files = globSync(["shared/**/*.ts", "server/**/*.ts", "extension/**/*.{ts,tsx}"]);

function rowsFor(file: string): string[] {
  return Object.keys(TABLE).filter((room) => file === room || file.startsWith(`${room}/`));
}

/** The deepest folder row, plus any row that names the file itself. */
function allowedFor(file: string): readonly string[] {
  const rows = rowsFor(file).sort((left, right) => left.length - right.length);
  const own = rows.filter((row) => row === file);
  const folder = rows.filter((row) => row !== file).at(-1);
  return [...own, ...(folder ? [folder] : [])].flatMap((row) => [...(TABLE[row] ?? [])]);
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const found = text.matchAll(/(?:^import\b[^"'`;]*?from\s*|^import\s*|^export\b[^"'`;]*?from\s*|\bimport\()\s*["']([^"']+)["']/gm);
  return [...found].map((match) => match[1] ?? "");
}

function nameOf(file: string, specifier: string): string {
  if (specifier.startsWith("node:")) return "builtin";
  if (specifier.startsWith(".")) return normalize(join(dirname(file), specifier));
  return specifier;
}

function isAllowed(file: string, name: string): boolean {
  const room = rowsFor(file)
    .filter((row) => row !== file)
    .sort((left, right) => right.length - left.length)[0];
  if (room && (name === room || name.startsWith(`${room}/`))) return true;
  return allowedFor(file).some((allowed) => name === allowed || name.startsWith(`${allowed}/`));
}

describe("imports", () => {
  it("finds every room", () => {
    assert.ok(files.length > 20);
    for (const file of files) assert.ok(rowsFor(file).length > 0, `${file} is in no room`);
  });

  for (const file of files) {
    it(`${file} imports only what its room may`, () => {
      const wrong = importsOf(file)
        .map((specifier) => nameOf(file, specifier))
        .filter((name) => !isAllowed(file, name));
      assert.deepEqual(wrong, []);
    });
  }
});

describe("walls", () => {
  it("only server/main.ts names the process", () => {
    const wrong = files.filter((file) => file.startsWith("server/") && file !== "server/main.ts" && /\bprocess\./.test(code(file)));
    assert.deepEqual(
      wrong.filter((file) => !file.includes("/train/") && !file.includes("/source/")),
      [],
    );
  });

  it("nothing that ships reads the material folder beside the project", () => {
    const wrong = files.filter(
      (file) =>
        !file.includes("/train/") && !file.includes("/source/") && /\.\.\/\.\.\/shared\/(recordings|catalogue|routing)/.test(code(file)),
    );
    assert.deepEqual(wrong, []);
  });
});

/** The file without its comments: prose may name what code may not. */
function code(file: string): string {
  return readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}
