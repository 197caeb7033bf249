// A headless editor as a process: a file to work on, a vendor on loopback, and the JSON that its script leaves behind.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { newHome } from "./http-door.ts";
import { BUILT, cleanEnvironment } from "./sidecar.ts";
import { asProvider, says, type Script, type Vendor } from "./vendor.ts";

export const BROKEN = "def add(a, b):\n    return a - b\n\nprint(add(1, 2))\n";

/** Explains, fixes, and is slow about tests and whatever is called slow. */
export const HELPFUL: Script = async (answer, request, index) => {
  const prompt: string = request.body.messages.at(-1).content;
  if (/^Write tests|slow/.test(prompt)) {
    await answer.text("and so ");
    await answer.text("on ");
    return;
  }
  const fixed = "```python\ndef add(a, b):\n    return a + b\n```\n";
  if (/^Find and fix/.test(prompt)) return says(fixed)(answer, request, index);
  // As slowly as a vendor speaks, so that growing can be seen.
  for (const word of ["It subtracts, ", "although it is ", "called add."]) {
    await answer.text(word);
    await new Promise((done) => setTimeout(done, 100));
  }
  await answer.finish({ input: 1000, output: 500 });
};

export interface Editor {
  readonly code: number | null;
  // The script's own record; each test knows its form.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly seen: any;
  readonly output: string;
}

export async function runEditor(vendor: Vendor, command: readonly [string, ...string[]], glue = ""): Promise<Editor> {
  const home = newHome({ providers: { custom: [asProvider(vendor, { needsKey: false })] } });
  const file = join(home, "sum.py");
  const record = join(home, "seen.json");
  writeFileSync(file, BROKEN);
  const [program, ...words] = command;
  const child = spawn(program, words, {
    cwd: home,
    env: cleanEnvironment(home, { NODE: process.execPath, BUILT, FILE: file, SEEN: record, GLUE: resolve(glue), HOME: home }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const pipe of [child.stdout, child.stderr])
    pipe.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
  const code = await new Promise<number | null>((done) => child.once("exit", done));
  clearTimeout(timer);
  const seen = existsSync(record) ? JSON.parse(readFileSync(record, "utf8")) : {};
  rmSync(home, { recursive: true, force: true });
  return { code, seen, output };
}
