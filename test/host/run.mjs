// Runs the host suite with @vscode/test-electron's runTests: in a downloaded desktop VS Code where that is possible, in code-server
// otherwise, in LATCHKEY_VSCODE when it names an executable. Never skipped.
import { existsSync, globSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { downloadAndUnzipVSCode, runTests } from "@vscode/test-electron";
import { build } from "esbuild";
import { cleanEnvironment } from "../support/sidecar.ts";
import { makeWorkspace } from "../support/vscode-host/workspace.ts";

const root = resolve(import.meta.dirname, "../..");
const report = process.argv[2];
const output = join(root, "dist/test/host");
rmSync(output, { recursive: true, force: true });
await build({
  entryPoints: ["test/host/index.ts", ...globSync("test/host/*.test.ts")],
  outdir: output,
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  target: "node22",
  format: "cjs",
  external: ["vscode", "mocha"],
  logLevel: "warning",
});

const scratch = mkdtempSync(join(tmpdir(), "latchkey-host-test-"));
const log = join(scratch, "log");
writeFileSync(log, "");
const follow = follower(log);
const folder = makeWorkspace(scratch);
let code = 1;
try {
  code = await runTests({
    vscodeExecutablePath: await executable(),
    extensionDevelopmentPath: root,
    extensionTestsPath: join(output, "index.cjs"),
    launchArgs: [
      folder,
      "--disable-extensions",
      `--user-data-dir=${join(scratch, "data")}`,
      `--extensions-dir=${join(scratch, "extensions")}`,
    ],
    extensionTestsEnv: {
      ...cleanEnvironment(join(scratch, "home")),
      LATCHKEY_TEST_LOG: log,
      ...(report ? { LATCHKEY_TEST_REPORT: report } : {}),
    },
  });
} catch (error) {
  console.error(String(error));
} finally {
  follow.end();
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(code);

async function executable() {
  if (process.env.LATCHKEY_VSCODE) return process.env.LATCHKEY_VSCODE;
  const display = process.platform !== "linux" || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (display && (await reachable())) return downloadAndUnzipVSCode({ version: "stable", cachePath: join(root, ".cache/vscode") });
  return join(import.meta.dirname, "../support/vscode-host/code-shim.mjs");
}

async function reachable() {
  try {
    const { ok } = await fetch("https://update.code.visualstudio.com/api/releases/stable", { signal: AbortSignal.timeout(5000) });
    return ok;
  } catch {
    return false;
  }
}

/** The workbench's own console drowns mocha's lines, so they come through a file. */
function follower(path) {
  const file = openSync(path, "r");
  const buffer = Buffer.alloc(65_536);
  let position = 0;
  const pump = () => {
    if (!existsSync(path)) return;
    for (
      let count = readSync(file, buffer, 0, buffer.length, position);
      count > 0;
      count = readSync(file, buffer, 0, buffer.length, position)
    ) {
      process.stdout.write(Buffer.from(buffer.subarray(0, count)));
      position += count;
    }
  };
  const timer = setInterval(pump, 100);
  return {
    end() {
      clearInterval(timer);
      pump();
    },
  };
}
