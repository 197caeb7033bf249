// The keychain through its optional module: present, absent, or there without an answer; the module is handed in.
import assert from "node:assert/strict";
import { openKeychain } from "../../../server/keys/sources/keychain.ts";
import { Failure } from "../../../shared/failure.ts";

type Load = NonNullable<Parameters<typeof openKeychain>[0]>;

/** The part of the module that is used, over a map; `ask` stands in the way of each call. */
function moduleOver(entries: Map<string, string>, ask: () => void = () => undefined): Load {
  class AsyncEntry {
    readonly #name: string;
    constructor(service: string, account: string) {
      this.#name = `${service}/${account}`;
    }
    async getPassword(): Promise<string | null> {
      ask();
      return entries.get(this.#name) ?? null;
    }
    async setPassword(secret: string): Promise<void> {
      ask();
      entries.set(this.#name, secret);
    }
    async deletePassword(): Promise<boolean> {
      ask();
      return entries.delete(this.#name);
    }
  }
  // Of the module only AsyncEntry is used; the rest of its face is native code.
  return async () => ({ AsyncEntry }) as unknown as Awaited<ReturnType<Load>>;
}

describe("the keychain", () => {
  it("keeps, gives back as a secret that prints as nothing, and forgets", async () => {
    const entries = new Map<string, string>();
    const keychain = openKeychain(moduleOver(entries));
    assert.equal(await keychain.unavailable(), null);
    assert.equal(await keychain.get("openai"), null);
    await keychain.set("openai", "sk-canary");
    assert.deepEqual([...entries], [["latchkey/openai", "sk-canary"]]);
    const secret = await keychain.get("openai");
    assert.equal(secret?.reveal(), "sk-canary");
    assert.equal(`${secret}`, "[redacted]");
    assert.deepEqual([await keychain.delete("openai"), await keychain.delete("openai")], [true, false]);
  });

  it("looks for its module once", async () => {
    let loads = 0;
    const load = moduleOver(new Map());
    const keychain = openKeychain(() => {
      loads += 1;
      return load();
    });
    await Promise.all([keychain.unavailable(), keychain.get("a"), keychain.get("b")]);
    assert.equal(loads, 1);
  });

  const absent: readonly { name: string; load: Load; says: RegExp }[] = [
    {
      name: "whose module is not installed",
      load: () => Promise.reject(new Error("Cannot find module")),
      says: /the optional module .* is not there/,
    },
    {
      name: "that does not answer",
      load: moduleOver(new Map(), () => {
        throw new Error("no D-Bus");
      }),
      says: /no keychain that answers \(no D-Bus\)/,
    },
  ];
  for (const { name, load, says } of absent) {
    it(`${name} is no error until something is to be kept there`, async () => {
      const keychain = openKeychain(load);
      assert.match((await keychain.unavailable()) ?? "", says);
      assert.equal(await keychain.get("openai"), null);
      for (const wish of [() => keychain.set("openai", "sk-canary"), () => keychain.delete("openai")]) {
        await assert.rejects(wish, (error) => {
          assert.ok(error instanceof Failure && error.kind === "invalidParams");
          assert.match(error.message, says);
          assert.ok(!error.message.includes("sk-canary"));
          return true;
        });
      }
    });
  }
});
