// What is taken from the environment, and what children and SDKs still find there.
import assert from "node:assert/strict";
import { passwordsIn, takeEnvironment, withoutKeys } from "../../../server/keys/sources/environment.ts";

const ROWS = [{ id: "together", environment: ["TOGETHER_API_KEY", "TOGETHER_TOKEN"], origins: [] }];
const full = {
  TOGETHER_TOKEN: "k",
  SOME_OTHER_API_KEY: "k",
  LATCHKEY_PASSPHRASE: "p",
  OPENAI_ORG_ID: "o",
  OPENAI_CUSTOM_HEADERS: "x: y",
  ANTHROPIC_CUSTOM_HEADERS: "x: y",
  GOOGLE_GENAI_USE_VERTEXAI: "true",
  GOOGLE_APPLICATION_CREDENTIALS: "/file",
  PATH: "/bin",
  HTTPS_PROXY: "http://p",
};

describe("the environment", () => {
  it("reaches children without keys, passphrase and what SDKs would add to any request", () => {
    assert.deepEqual(withoutKeys(full, ROWS), { GOOGLE_APPLICATION_CREDENTIALS: "/file", PATH: "/bin", HTTPS_PROXY: "http://p" });
  });

  it("hides the passwords in its addresses", () => {
    const passwords = passwordsIn({
      LATCHKEY_LEDGER: "postgres://a:b%40c@h/d",
      https_proxy: "http://u:proxy-password@p",
      LATCHKEY_PASSPHRASE: "phrase",
      HTTP_PROXY: "nonsense",
    });
    assert.deepEqual(passwords.map((password) => password.reveal()).sort(), ["b@c", "phrase", "proxy-password"]);
  });

  it("is copied whole and then emptied of keys", () => {
    const own: Record<string, string | undefined> = { ...full };
    assert.deepEqual(takeEnvironment(own, ROWS), full);
    assert.deepEqual(Object.keys(own).sort(), ["GOOGLE_APPLICATION_CREDENTIALS", "HTTPS_PROXY", "PATH"]);
  });
});
