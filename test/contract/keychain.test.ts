// The system keychain as it is on this machine: a real one where gnome-keyring and D-Bus are installed, else its absence, said plainly.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { cleanEnvironment } from "../support/sidecar.ts";
import { temporaryFolder } from "../support/temporary.ts";

const CLI = resolve("dist/latchkey.cjs");
const KEY = "sk-proj-abcdefghijklmnopqrstuvwxyz";
const HAS_KEYRING = ["dbus-run-session", "gnome-keyring-daemon"].every((program) => spawnSync("which", [program]).status === 0);

describe("the system keychain", function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  /** Runs the lines in a session of its own, with an unlocked keyring where there is one. */
  function session(lines: readonly string[]) {
    const place = { HOME: folder.path, XDG_DATA_HOME: folder.path, XDG_RUNTIME_DIR: folder.path, DBUS_SESSION_BUS_ADDRESS: "" };
    const unlock = "printf pass | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; sleep 1";
    const script = [HAS_KEYRING ? unlock : "true", ...lines].join("\n");
    const words = HAS_KEYRING ? ["dbus-run-session", "--", "sh", "-c", script] : ["sh", "-c", script];
    const [program = "", ...rest] = words;
    const ran = spawnSync(program, rest, {
      encoding: "utf8",
      env: { ...cleanEnvironment(folder.file("home"), place), NODE: process.execPath, CLI, KEY },
    });
    return `${ran.stdout}${ran.stderr}`;
  }

  it("keeps a key, and the vault's own key, or says why it cannot", () => {
    const said = session([
      'echo "$KEY" | "$NODE" "$CLI" keys set openai --keychain',
      'echo "$KEY" | "$NODE" "$CLI" keys set groq',
      '"$NODE" "$CLI" keys doctor',
      '"$NODE" "$CLI" keys delete openai',
    ]);
    assert.ok(!said.includes(KEY));
    const vault = readFileSync(folder.file("home/vault.jsonl"), "utf8");
    if (!HAS_KEYRING) {
      assert.match(said, /persist: This (machine has no keychain that answers|installation has no access)/);
      assert.match(vault, /"from":"file"/);
      return;
    }
    assert.match(said, /Kept the key …wxyz for openai in the keychain/);
    assert.match(said, /keychain {2}The system keychain answers/);
    assert.match(said, /\* keychain \(default\) …wxyz for https:\/\/api\.openai\.com/);
    assert.match(said, /Deleted 1/);
    assert.match(vault, /"from":"keychain"/);
    assert.ok(!existsSync(folder.file("home/vault.key")));
  });
});
