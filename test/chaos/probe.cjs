// Loaded into the sidecar by the chaos suite: on SIGUSR2 it writes what is still active and how much memory is used.
const { writeFileSync, appendFileSync } = require("node:fs");
const v8 = require("node:v8");
const vm = require("node:vm");

const file = process.env.LATCHKEY_CHAOS_PROBE;
if (file) {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc");
  process.on("SIGUSR2", () => {
    collect();
    writeFileSync(file, JSON.stringify({ active: process.getActiveResourcesInfo(), memory: process.memoryUsage() }));
  });
  const note = (what) => (error) => appendFileSync(`${file}.trouble`, `${what}: ${error?.stack ?? error}\n`);
  process.on("uncaughtExceptionMonitor", note("uncaught"));
  // The sidecar takes the warning listeners away when it starts; a leak of listeners must still be seen.
  setImmediate(() => process.on("warning", note("warning")));
}
