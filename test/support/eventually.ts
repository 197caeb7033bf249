// Waits for what nothing announces: a file that an editor saves some time after it was told to.
import assert from "node:assert/strict";

export async function eventually(read: () => string, pattern: RegExp): Promise<string> {
  for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((done) => setTimeout(done, 100))) {
    if (pattern.test(read())) return read();
  }
  return assert.fail(`never ${pattern}: ${read()}`);
}
