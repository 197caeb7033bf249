#!/usr/bin/env node
// Takes desktop VS Code's own arguments and runs the same test entry inside code-server's extension host; its exit code is the tests'.
import { resolve } from "node:path";
import { startCodeServer } from "./code-server.ts";
import { launchBrowser } from "./browser.ts";
import { openWorkbench } from "./workbench.ts";

const TIMEOUT_MS = 600_000;
const options = {};
const folders = [];
for (const word of process.argv.slice(2)) {
  const named = /^--([^=]+)(?:=(.*))?$/s.exec(word);
  if (named) options[named[1]] = named[2] ?? true;
  else folders.push(resolve(word));
}
const say = (line) => process.stderr.write(`${line}\n`);
const extension = resolve(String(options.extensionDevelopmentPath));
const passed = Object.entries(process.env).filter(([name]) => name.startsWith("LATCHKEY_"));
const environment = Object.fromEntries(passed);

const server = await startCodeServer({ say, driver: true, environment });
let browser;
let code = 1;
try {
  browser = await launchBrowser(say);
  const verbose = Boolean(process.env.LATCHKEY_HOST_VERBOSE);
  const ended = new Promise((done) => {
    void openWorkbench({
      server,
      browser,
      folder: folders[0] ?? extension,
      extension,
      tests: resolve(String(options.extensionTestsPath)),
      environment,
      async prepare(page) {
        await page.exposeFunction("codeAutomationLog", (_, words) => verbose && console.error(...words));
        await page.exposeFunction("codeAutomationExit", done);
      },
    }).catch((error) => {
      say(String(error));
      done(1);
    });
  });
  const late = new Promise((done) => setTimeout(done, TIMEOUT_MS, 124).unref());
  code = Number(await Promise.race([ended, late]));
  if (code === 124) say(`the tests did not end within ${TIMEOUT_MS / 1000} s\n${server.log().slice(-4000)}`);
} finally {
  await browser?.close();
  await server.stop();
}
process.exit(code);
