// `npm run bench -- face`: what the extension costs inside a real VS Code: activation, the panel's first paint, the size of what it loads.
import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { type Session, startSession } from "../support/vscode-host/session.ts";
import { format, median, printTable, printTargets } from "./figures.ts";

const ROUNDS = process.argv.includes("--full") ? 10 : 3;

interface Start {
  /** VS Code's own figure. Its clock begins for all extensions that wait for the same moment at once, and they are loaded one by one. */
  readonly activationMs: number;
  /** Of it, by VS Code's own marks: our code read and run, our activate() called; the rest are the extensions before ours. */
  readonly ownMs: number;
  /** From the beginning of the panel's own page to the first text in it. */
  readonly paintMs: number;
  /** From the click on the icon; most of it is VS Code's own frame around the page. */
  readonly clickToPaintMs: number;
}

/** High enough that the list of running extensions, which draws only what is in sight, shows all of them. */
const TALL = 2400;
const SETTINGS = {
  "latchkey.local.discover": false,
  // A list in a window of its own would lie over everything that is clicked afterwards.
  "workbench.editor.useModal": "off",
};

async function start(): Promise<Start> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-face-"));
  const marks = join(folder, "marks.json");
  const beside = join(import.meta.dirname, "latchkey-bench.marks-reader-0.0.0");
  const session = await startSession({ settings: SETTINGS, height: TALL, beside, environment: { LATCHKEY_BENCH_MARKS: marks } });
  try {
    const activationMs = await activation(session);
    const painted = await firstPaint(session);
    return { activationMs, ownMs: await ownTime(session, marks), ...painted };
  } finally {
    await session.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What VS Code itself has measured, from the list that it shows to whoever asks which extension is slow. */
async function activation({ page, run }: Session): Promise<number> {
  await run("Developer: Show Running Extensions");
  const row = page.locator(".runtime-extensions-editor .monaco-list-row", { hasText: "Latchkey" }).filter({ hasText: /Activation: \d+ms/ });
  await row.waitFor();
  const measured = /Activation: (\d+)ms/.exec((await row.textContent()) ?? "");
  await run("View: Close All Editors");
  return Number(measured?.[1]);
}

async function ownTime({ run }: Session, path: string): Promise<number> {
  await run("Bench: Write Marks");
  while (!existsSync(path)) await sleep(50);
  const marks: { name: string; startTime: number }[] = JSON.parse(readFileSync(path, "utf8"));
  const at = (name: string) => marks.find((mark) => mark.name === `code/extHost/${name}/latchkey.latchkey`)?.startTime ?? Number.NaN;
  return at("didLoadExtensionCode") - at("willLoadExtensionCode") + at("didActivateExtension") - at("willActivateExtension");
}

async function firstPaint({ page, panel }: Session): Promise<Pick<Start, "paintMs" | "clickToPaintMs">> {
  const icon = page.getByRole("tab", { name: "Latchkey" }).first();
  const clickedAtMs = await page.evaluate(() => performance.timeOrigin + performance.now());
  await icon.click();
  await panel.getByRole("textbox", { name: "Question", exact: true }).waitFor();
  const { beganAtMs, paintMs } = await panel.locator("body").evaluate(async () => {
    const painted = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    // The entry follows the paint by a frame or two.
    while (painted() === undefined) await new Promise((done) => setTimeout(done, 20));
    return { beganAtMs: performance.timeOrigin, paintMs: painted() ?? Number.NaN };
  });
  return { paintMs, clickToPaintMs: beganAtMs + paintMs - clickedAtMs };
}

execFileSync(process.execPath, ["build.mjs", "--quiet"], { stdio: "inherit" });
const files = ["dist/extension.cjs", "dist/compose.cjs", "dist/schemas.cjs", ...globSync("dist/webview/*.{js,css}")].sort();
printTable(
  "What is loaded, bytes",
  ["file", "bytes", "compressed"],
  files.map((file) => [basename(file), String(readFileSync(file).length), String(gzipSync(readFileSync(file)).length)]),
);
const starts: Start[] = [];
for (let round = 0; round < ROUNDS; round += 1) starts.push(await start());
const of = (key: keyof Start) => starts.map((each) => each[key]);
printTable(
  `${ROUNDS} starts of VS Code on ${cpus().length} cores, load ${format(loadavg()[0] ?? 0)}, ms`,
  ["", "median", "least", "most"],
  (["activationMs", "ownMs", "paintMs", "clickToPaintMs"] as const).map((key) => [
    key,
    ...[median(of(key)), Math.min(...of(key)), Math.max(...of(key))].map((value) => value.toFixed(0)),
  ]),
);
printTargets([
  { metric: "activation", seen: median(of("activationMs")), unit: "ms", limit: 50, least: "atMost" },
  { metric: "panel, first paint", seen: median(of("paintMs")), unit: "ms", limit: 300, least: "atMost" },
]);
process.exit(0);
