// 20 streams of 1,000 chunks a second: whether all arrives through the built sidecar, what sending costs, and how late a chunk is.
import { spawn } from "node:child_process";
import type { Sidecar } from "./contestant.ts";
import { median, type Target } from "./figures.ts";

const STREAMS = 20;
const PER_SECOND = 1000;
const SECONDS = 2;

export async function measureFlow(sidecar: Sidecar): Promise<Target[]> {
  const texts = await Promise.all(Array.from({ length: STREAMS }, () => sidecar.text("flow")));
  const words = texts.reduce((sum, text) => sum + text.split("word ").length - 1, 0);
  const { share, latenciesMs, received } = await sent();
  const whole = STREAMS * PER_SECOND;
  return [
    { metric: "20 streams at 1,000/s, kept through the sidecar", seen: (100 * words) / whole, unit: "%", limit: 100, least: "atLeast" },
    {
      metric: "20 streams at 1,000/s, kept by the writer",
      seen: (100 * received) / (whole * SECONDS),
      unit: "%",
      limit: 100,
      least: "atLeast",
    },
    { metric: "20 streams at 1,000/s, sending, of a core", seen: 100 * share, unit: "%", limit: 10, least: "atMost" },
    { metric: "20 streams at 1,000/s, a chunk's way, p50", seen: median(latenciesMs), unit: "ms", limit: 5, least: "atMost" },
  ];
}

/** Both clocks are this machine's; each chunk says when it came. */
function sent(): Promise<{ share: number; latenciesMs: number[]; received: number }> {
  const child = spawn(process.execPath, ["test/bench/flow-sender.ts", STREAMS, PER_SECOND, SECONDS].map(String), {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const latenciesMs: number[] = [];
  let received = 0;
  let rest = "";
  let told = "";
  child.stderr.on("data", (data: Buffer) => {
    told += data.toString("utf8");
  });
  child.stdout.on("data", (data: Buffer) => {
    const nowMs = performance.timeOrigin + performance.now();
    rest += data.toString("latin1");
    const upTo = rest.lastIndexOf('"}}');
    for (const [stamp] of rest.slice(0, upTo).matchAll(/ \d{13}\.\d\d/g)) {
      received += 1;
      latenciesMs.push(nowMs - Number(stamp));
    }
    rest = rest.slice(Math.max(0, upTo));
  });
  return new Promise((done, fail) => {
    child.once("close", () => {
      received += [...rest.matchAll(/ \d{13}\.\d\d/g)].length;
      const line = told.split("\n").find((each) => each.startsWith("{"));
      if (line === undefined) fail(new Error(`the sender told nothing: ${told}`));
      else done({ share: JSON.parse(line).share, latenciesMs, received });
    });
  });
}
