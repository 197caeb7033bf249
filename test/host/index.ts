// VS Code calls run() inside its extension host, on a desktop and in code-server alike; mocha's lines and figures go to files.
import { appendFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "node:util";
import Mocha from "mocha";

export async function run(): Promise<void> {
  const log = process.env.LATCHKEY_TEST_LOG;
  const report = process.env.LATCHKEY_TEST_REPORT;
  const say = (...words: unknown[]) => (log ? appendFileSync(log, `${format(...words)}\n`) : console.log(...words));
  // Where every reporter of mocha writes; its types do not name it.
  (Mocha.reporters.Base as unknown as { consoleLog: typeof say }).consoleLog = say;
  const mocha = new Mocha({ ui: "bdd", color: false, timeout: 60_000, reporter: "spec" });
  if (process.env.LATCHKEY_TEST_GREP) mocha.grep(process.env.LATCHKEY_TEST_GREP);
  for (const name of readdirSync(__dirname).sort()) if (name.endsWith(".test.cjs")) mocha.addFile(join(__dirname, name));
  await new Promise<void>((done, fail) => {
    const runner = mocha.run((failures) => {
      const { passes, pending } = runner.stats ?? { passes: 0, pending: 0 };
      if (report) writeFileSync(report, JSON.stringify({ passes, failures, pending }));
      if (failures > 0) fail(new Error(`${failures} tests failed`));
      else done();
    });
  });
}
