// The process edge: arguments, stdio, signals, exit codes; the only file that names `process`.
import { runCli } from "./doors/cli/cli.ts";
import type { Edge } from "./edge.ts";
import { takeEnvironment } from "./keys/sources/environment.ts";
import { PROVIDER_ROWS } from "./providers/registry.ts";

const edge: Edge = {
  arguments: process.argv.slice(2),
  // Taken once: no child process, SDK or crash report finds a key in the environment afterwards.
  environment: takeEnvironment(
    process.env,
    PROVIDER_ROWS.map(({ id, environment }) => ({ id, environment, origins: [] })),
  ),
  workingFolder: process.cwd(),
  pid: process.pid,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onInterrupt(listener) {
    const heard = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => ({ signal, hear: () => listener(signal) }));
    for (const { signal, hear } of heard) process.on(signal, hear);
    return () => {
      for (const { signal, hear } of heard) process.off(signal, hear);
    };
  },
  parentPid: () => process.ppid,
  isAlive(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return error instanceof Error && "code" in error && error.code === "EPERM";
    }
  },
  exit: (code) => process.exit(code),
};

// Whatever a library prints goes nowhere: stdout is the protocol's, and nobody has looked through the text for keys.
for (const name of ["log", "info", "debug", "warn", "error", "trace"] as const) console[name] = () => undefined;

// Node's experimental warnings belong to the log of those who run Node, not to a user's terminal.
process.removeAllListeners("warning");
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
});

runCli(edge).then(
  (code) => {
    process.exitCode = code;
    process.stdout.write("", () => process.exit(code));
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(70);
  },
);
