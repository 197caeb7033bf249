// The question before prompts and keys go to an address that only the settings name: refused and allowed by a person's click.
import assert from "node:assert/strict";
import { proxyServer } from "../support/servers.ts";
import { asProvider, startVendor, type Vendor } from "../support/vendor.ts";
import { type Session, startSession } from "../support/vscode-host/session.ts";

/** Two names that exist nowhere: the proxy knows where they lead. */
const HOSTS = ["one.local", "two.local"] as const;

describe("an address that only the settings name", function () {
  this.timeout(240_000);
  let vendor: Vendor;
  let proxy: Awaited<ReturnType<typeof proxyServer>>;
  let session: Session;
  const dialog = () => session.page.locator(".monaco-dialog-box");
  const prompt = () => session.panel.getByRole("textbox", { name: "Question", exact: true });
  const ask = async (text: string) => {
    await prompt().fill(text);
    await prompt().press("Enter");
    await session.panel.locator("article.question", { hasText: text }).waitFor();
    await session.panel.locator("article.answer:not(.running)").last().waitFor();
  };
  const askedFor = (host: string) => proxy.asked.filter((target) => target.includes(host)).length;

  before(async () => {
    vendor = await startVendor();
    proxy = await proxyServer(undefined, Number(new URL(vendor.baseUrl).port));
    const custom = HOSTS.map((host, index) =>
      asProvider(vendor, { id: `p${index + 1}`, name: host, baseUrl: `http://${host}/v1`, needsKey: false }, { id: "m1" }),
    );
    const settings = {
      "latchkey.providers": { custom },
      "latchkey.network.proxy": proxy.origin,
      "latchkey.network.plainHttpHosts": [...HOSTS],
      "latchkey.local.discover": false,
      "latchkey.model": "p2/m1",
    };
    session = await startSession({ settings });
    await session.run("Latchkey: Open Chat");
  });
  after(async () => {
    await session?.stop();
    await vendor?.close();
    await proxy?.close();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await session.shoot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it("is asked about by name, with whose prompts would go there, before anything went", async () => {
    await dialog().waitFor();
    assert.match((await dialog().textContent()) ?? "", /Send prompts and keys of p1 to http:\/\/one\.local\?/);
    assert.match((await dialog().textContent()) ?? "", /Whoever runs it can read what is sent/);
    await session.shoot("address");
    assert.deepEqual(proxy.asked, []);
  });

  it("gets nothing when it is refused; the next one is asked about by itself", async () => {
    await dialog().getByRole("button", { name: "Cancel" }).click();
    await dialog().filter({ hasText: "http://two.local" }).waitFor();
    assert.deepEqual(proxy.asked, []);
  });

  it("is used when it is allowed", async () => {
    await dialog().getByRole("button", { name: "Allow" }).click();
    await dialog().waitFor({ state: "detached" });
    await ask("Who is there?");
    await session.panel.locator("article.answer.done", { hasText: "Hello from the vendor." }).waitFor();
    assert.ok(askedFor("two.local") > 0);
    assert.equal(askedFor("one.local"), 0);
  });

  it("is asked about again in a new window when it was refused, and never again when it was allowed", async () => {
    await session.page.reload();
    // A panel that the window restores asks by itself: keys typed for the palette would then answer the question.
    const restored = [dialog(), prompt()].map((part) => part.waitFor({ timeout: 20_000 }));
    await Promise.any(restored).catch(() => session.run("Latchkey: Open Chat"));
    await dialog().filter({ hasText: "http://one.local" }).waitFor();
    await dialog().getByRole("button", { name: "Allow" }).click();
    await dialog().waitFor({ state: "detached" });
    await ask("And now?");
    assert.equal(await dialog().count(), 0);
  });
});
