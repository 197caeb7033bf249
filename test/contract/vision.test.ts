// Images in words with the built sidecar: described once, kept, corrected, paid for; and what a model that cannot see gets in an image's place.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DescribeImageResult } from "../../shared/describe.ts";
import type { ImageDescription } from "../../shared/image.ts";
import { RpcError, SidecarProcess } from "../support/sidecar.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
/** Long enough an answer for a description. */
const LONG = { maxOutputTokens: 9000 };
const IMAGE = { type: "image" as const, data: PNG };
const BOX = { x: 10, y: 20, width: 300, height: 40 };
const SEEN: ImageDescription = {
  summary: "A login form with an error.",
  altText: "Login form showing an error",
  texts: [{ text: "Wrong password", box: BOX }],
  regions: [{ name: "form", box: { x: 0, y: 0, width: 1000, height: 1000 } }],
  objects: [],
  elements: [{ role: "button", label: "Sign in", state: "disabled", box: { x: -5, y: 990.4, width: 2000, height: 100 } }],
};

async function failure(promise: Promise<unknown>): Promise<RpcError> {
  const error = await promise.then(
    () => assert.fail("it was accepted"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RpcError, String(error));
  return error;
}

describe("image/describe", () => {
  let vendor: Vendor;
  let sidecar: SidecarProcess;

  const start = (settings: Record<string, unknown> = {}, model: Record<string, unknown> = {}) =>
    sidecar.initialize({ providers: { custom: [asProvider(vendor, {}, { ...LONG, ...model })] }, ...settings });
  const describeIt = (more: Record<string, unknown> = {}) => sidecar.request("image/describe", { image: IMAGE, ...more });

  beforeEach(async () => {
    vendor = await startVendor(says(JSON.stringify(SEEN), { input: 100, output: 50 }));
    sidecar = new SidecarProcess();
  });
  afterEach(async () => {
    await sidecar.stop();
    await vendor.close();
  });

  it("gives an image in words, every box on the grid, and books it as vision", async () => {
    await start();
    const result = DescribeImageResult.parse(await describeIt({ purpose: "ui", question: "Why can I not sign in?", language: "German" }));
    assert.equal(result.altText, SEEN.altText);
    assert.equal(result.text, "Wrong password");
    assert.match(result.markdown, /A login form[\s\S]*\[10, 20, 300, 40\] Wrong password[\s\S]*button "Sign in" \(disabled\)/);
    assert.deepEqual(result.description.elements[0]?.box, { x: 0, y: 990, width: 1000, height: 10 });
    assert.equal(result.model, "acme/m1");
    assert.equal(result.cost.nanoUsd, 200_000);
    assert.equal(result.cached, false);
    const [system, user] = vendor.requests[0]?.body.messages ?? [];
    assert.match(system.content, /grid of 1000 by 1000/);
    assert.match(user.content[1].text, /Why can I not sign in\?[\s\S]*German/);
    const { content } = await sidecar.request("usage/export", { format: "json" });
    const rows = JSON.parse(content);
    assert.deepEqual(
      rows.map((row: { purpose: string }) => row.purpose),
      ["vision"],
    );
  });

  it("costs nothing a second time, in the same process or another, and asks again for another purpose, question or `fresh`", async () => {
    await start();
    const first = await describeIt();
    const second = await describeIt();
    assert.deepEqual(second.description, first.description);
    assert.deepEqual([second.cached, second.cost.nanoUsd, second.attempts], [true, 0, []]);
    const other = new SidecarProcess({ home: sidecar.home });
    await other.initialize({ providers: { custom: [asProvider(vendor, {}, LONG)] } });
    assert.equal((await other.request("image/describe", { image: IMAGE })).cached, true);
    await other.stop();
    assert.equal(vendor.requests.length, 1);
    for (const more of [{ purpose: "altText" }, { question: "Which colour?" }, { language: "French" }, { fresh: true }]) {
      assert.equal((await describeIt(more)).cached, false);
    }
    assert.equal(vendor.requests.length, 5);
  });

  it("keeps private files without the image, and none where nothing may be kept", async () => {
    await start({ "conversations.keep": false });
    await describeIt();
    assert.equal((await describeIt()).cached, true);
    const folder = join(sidecar.home, "descriptions");
    assert.throws(() => readdirSync(folder));
    sidecar.notify("workspace/didChangeConfiguration", { settings: { providers: { custom: [asProvider(vendor, {}, LONG)] } } });
    const { id } = await describeIt({ purpose: "text" });
    const path = join(folder, `${id}.json`);
    assert.equal(readFileSync(path, "utf8").includes(PNG), false);
    if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it("takes a person's correction, and forgets it when told", async () => {
    await start();
    const { id } = await describeIt();
    const wrong = await failure(sidecar.request("image/correct", { id: "0".repeat(64), description: SEEN }));
    assert.equal(wrong.kind, "invalidParams");
    await sidecar.request("image/correct", { id, description: { ...SEEN, summary: "A settings page." } });
    const corrected = await describeIt();
    assert.deepEqual([corrected.description.summary, corrected.edited, corrected.cost.nanoUsd], ["A settings page.", true, 0]);
    await sidecar.request("image/correct", { id, description: null });
    assert.equal((await describeIt()).description.summary, SEEN.summary);
    assert.equal(vendor.requests.length, 2);
  });

  it("tells its steps as a chat's where a name is given: the description before the end, none of the JSON", async () => {
    await start();
    await describeIt({ chatId: "d" });
    const types = sidecar.eventsOf("d").map(({ type }) => type);
    assert.deepEqual(types, ["route", "start", "usage", "image-description", "end"]);
    await describeIt({ fresh: true });
    assert.equal(sidecar.events.length, types.length);
  });

  it("is refused by a hard limit before anything is sent, and by a model that cannot see", async () => {
    await start({ budgets: [{ scope: "all", period: "day", limitUsd: 0.000_001, kind: "hard" }] });
    assert.equal((await failure(describeIt())).kind, "budgetExceeded");
    assert.equal(vendor.requests.length, 0);
    await sidecar.stop();
    sidecar = new SidecarProcess();
    await start({}, { capabilities: ["tools"] });
    const blind = await failure(describeIt({ model: "acme/m1" }));
    assert.equal(blind.kind, "noCandidate");
    assert.match(blind.message, /needs vision; m1 takes text only/);
  });

  it("can be cancelled in the middle, and says what that cost", async () => {
    await start();
    let begun: () => void = () => undefined;
    const began = new Promise<void>((done) => {
      begun = done;
    });
    vendor.script = async (answer) => {
      await answer.text('{"summary": "A lo');
      begun();
    };
    const { id, done } = sidecar.start("image/describe", { image: IMAGE, chatId: "c" });
    await began;
    sidecar.cancel(id);
    const error = await failure(done);
    assert.equal(error.kind, "cancelled");
    assert.equal(Object.keys(error.data?.attempts ?? []).length, 1);
    await vendor.requests[0]?.hungUp;
    vendor.script = says(JSON.stringify(SEEN));
    assert.equal((await describeIt()).cached, false);
  });
});
