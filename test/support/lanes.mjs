// Processes of the test runner: one shown as it runs, one whose words are kept until it ends, and a few at once from both ends of a list.
import { spawn } from "node:child_process";

/** Resolves to the exit code; 1 for a process that a signal ended. */
export function runShown(words, environment) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, words, { stdio: "inherit", env: environment });
    child.on("exit", (code, signal) => resolve({ code: signal ? 1 : (code ?? 1), output: "" }));
  });
}

/** What several processes say at once cannot be read: each one's words come in one piece. */
export function runQuietly(words, environment) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"], env: environment });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (piece) => {
        output += piece;
      });
    }
    // "exit" rather than "close": a process that a test left behind may hold the pipe open.
    child.on("exit", (code, signal) => setImmediate(() => resolve({ code: signal ? 1 : (code ?? 1), output })));
  });
}

/** Every other lane takes its next job from the end of the list, so that what is alike in it seldom runs side by side. */
export async function inLanes(jobs, lanes, work) {
  const left = [...jobs];
  const lane = async (fromEnd) => {
    for (let job = fromEnd ? left.pop() : left.shift(); job; job = fromEnd ? left.pop() : left.shift()) await work(job);
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number % 2 === 1)));
}
