// Images in words with the built sidecar: described once, kept, corrected, paid for; and what a model that cannot see gets in an image's place.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeImageResult } from "../../shared/describe.ts";
import type { ImageDescription } from "../../shared/image.ts";
import { imageFacts } from "../../server/images/facts.ts";
import { latchkey } from "../support/cli.ts";
import { gifOf, LOSSLESS_WEBP, LOSSY_WEBP, padded, turnedWebp } from "../support/web-pictures.ts";
import { jpegOf, NOISE, pngOf, QUARTERS, webpHead } from "../support/pictures.ts";
import { RpcError, SidecarProcess } from "../support/sidecar.ts";
import { temporaryFolder } from "../support/temporary.ts";
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

describe("an image that is larger than a vendor takes", () => {
  let vendor: Vendor;
  let sidecar: SidecarProcess;
  const MODEL = "groq/qwen/qwen3.6-27b";

  beforeEach(async () => {
    vendor = await startVendor(says("Noise."));
    sidecar = new SidecarProcess({ environment: { GROQ_API_KEY: "gsk_0123456789abcdef" } });
    await sidecar.initialize({ providers: { groq: { baseUrl: vendor.baseUrl } } });
  });
  afterEach(async () => {
    await sidecar.stop();
    await vendor.close();
  });

  const asking = (images: readonly Record<string, unknown>[], more: Record<string, unknown> = {}) => ({
    chatId: "a",
    model: MODEL,
    messages: [
      {
        role: "user" as const,
        parts: [{ type: "text" as const, text: "What is it?" }, ...images.map((one) => ({ type: "image" as const, ...one }))],
      },
    ],
    ...more,
  });
  const base64 = (bytes: Buffer) => ({ data: bytes.toString("base64") });

  /** Of the last request; each is what its address says that it is. */
  function imagesSent(): Buffer[] {
    const parts: { image_url?: { url: string } }[] = vendor.requests.at(-1)?.body.messages[0].content;
    return parts.flatMap(({ image_url }) => {
      if (!image_url) return [];
      const bytes = Buffer.from(image_url.url.slice(image_url.url.indexOf(",") + 1), "base64");
      assert.ok(image_url.url.startsWith(`data:${imageFacts(bytes)?.mediaType};base64,`));
      return [bytes];
    });
  }

  it("goes smaller, the right way up; within the limits it goes as it is", async () => {
    const large = pngOf(NOISE(1300, 900));
    assert.ok(large.length > 3 * 1024 * 1024);
    const turned = jpegOf(QUARTERS(6000, 60), 6);
    const small = pngOf(QUARTERS(40, 20));
    await sidecar.request("chat/send", asking([base64(large), base64(turned), base64(small)]));
    const sent = imagesSent();
    const [first, second, third] = sent.map((bytes) => imageFacts(bytes));
    assert.ok((sent[0]?.length ?? 0) <= 3 * 1024 * 1024);
    assert.ok(first && first.width > 600 && Math.abs(first.width / first.height - 1300 / 900) < 0.01);
    assert.deepEqual([second?.width, second?.height, second?.orientation], [57, 5700, 1]);
    assert.deepEqual(third && sent[2]?.equals(small), true);
  });

  it("goes smaller as PNG or JPEG where it is a WebP or GIF, and as another kind where the vendor takes no such", async () => {
    const large = padded(turnedWebp(6), 4_000_000);
    await sidecar.request("chat/send", asking([base64(LOSSLESS_WEBP), base64(large), base64(gifOf(QUARTERS(5800, 40)))]));
    const facts = imagesSent().map((bytes) => imageFacts(bytes));
    assert.deepEqual(
      facts.map((one) => one && [one.mediaType, one.width, one.height, one.orientation]),
      [
        ["image/png", 5700, 57, 1],
        ["image/jpeg", 25, 51, 1],
        ["image/png", 5700, 39, 1],
      ],
    );
    const blind = new SidecarProcess({ environment: { XAI_API_KEY: "xai-0123456789abcdef" } });
    await blind.initialize({ providers: { xai: { baseUrl: vendor.baseUrl } } });
    await blind.request("chat/send", asking([base64(LOSSY_WEBP), base64(gifOf(QUARTERS(40, 20)))], { model: "xai/grok-4.5" }));
    await blind.stop();
    assert.deepEqual(
      imagesSent().map((bytes) => imageFacts(bytes)?.mediaType),
      ["image/jpeg", "image/png"],
    );
  });

  it("is refused where it cannot be made smaller, or there are too many, and says which limit", async () => {
    const refused = await failure(sidecar.request("chat/send", asking([base64(webpHead(16_000, 16_000))])));
    assert.equal(refused.kind, "noCandidate");
    assert.match(
      refused.message,
      /groq takes images of at most 5700 pixels an edge, and one of 16000 x 16000 pixels is too large to be worked on here/,
    );
    const many = await failure(sidecar.request("chat/send", asking(Array.from({ length: 6 }, () => base64(pngOf(QUARTERS(4, 4)))))));
    assert.match(many.message, /groq takes at most 5 images in one request; there are 6/);
    const spoilt = await failure(sidecar.request("chat/send", asking([base64(padded(webpHead(20, 10), 4_000_000))])));
    assert.equal(spoilt.kind, "invalidParams");
    assert.match(spoilt.message, /an image is not as groq takes it and could not be made so: .* Nothing was sent or charged/);
    assert.equal(vendor.requests.length, 0);
  });

  it("is quoted by its own size, as the vendor gets it", async () => {
    const tokens = async (bytes: Buffer, model: string) => {
      const environment = { OPENAI_API_KEY: "sk-0123456789abcdef", ANTHROPIC_API_KEY: "sk-ant-0123456789" };
      const quoting = new SidecarProcess({ environment });
      await quoting.initialize({});
      const quote = await quoting.request("chat/estimate", { ...asking([base64(bytes)]), model });
      await quoting.stop();
      return quote.inputTokens;
    };
    const [small, large] = [
      await tokens(pngOf(QUARTERS(500, 500)), "openai/gpt-4o"),
      await tokens(pngOf(QUARTERS(1024, 1024)), "openai/gpt-4o"),
    ];
    // The vendor's rule: 85 and 170 a tile of 512 pixels, the shorter side at most 768.
    assert.equal(large - small, 3 * 170);
  });

  it("is refused by its address when that is not on the public internet", async () => {
    for (const url of ["https://127.0.0.1/a.png", "https://localhost:1/a.png", "https://169.254.169.254/latest"]) {
      const error = await failure(sidecar.request("image/describe", { image: { type: "image", url }, model: MODEL }));
      assert.equal(error.kind, "invalidParams");
      assert.match(error.message, /private network/);
    }
    assert.equal(vendor.requests.length, 0);
  });
});

describe("latchkey describe", () => {
  const folder = temporaryFolder();

  it("prints what an image shows, its alternative text or its text, and asks once", async () => {
    const vendor = await startVendor(says(JSON.stringify(SEEN), { input: 100, output: 50 }));
    const provider = { ...asProvider(vendor, {}, LONG), needsKey: false };
    writeFileSync(folder.file("settings.json"), JSON.stringify({ providers: { custom: [provider] }, "local.discover": false }));
    writeFileSync(folder.file("form.png"), Buffer.from(PNG, "base64"));
    const run = (...words: string[]) => latchkey(["describe", "form.png", ...words], { folder: folder.path, home: folder.path });
    const first = await run("Why can I not sign in?");
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^A login form with an error\.[\s\S]*\[10, 20, 300, 40\] Wrong password/);
    assert.equal((await run("Why can I not sign in?", "--print", "alt")).stdout.trim(), SEEN.altText);
    assert.equal((await run("Why can I not sign in?", "--print", "text")).stdout.trim(), "Wrong password");
    assert.equal(JSON.parse((await run("Why can I not sign in?", "--json")).stdout).cached, true);
    assert.equal(vendor.requests.length, 1);
    const away = await latchkey(["describe", "https://127.0.0.1/a.png"], { folder: folder.path, home: folder.path });
    assert.equal(away.code, 2);
    assert.match(away.stderr, /private network/);
    vendor.script = says("A form.");
    const asked = await latchkey(["ask", "What?", "--image", "form.png", "--image", "https://example.org/a.png"], {
      folder: folder.path,
      home: folder.path,
    });
    assert.equal(asked.stdout.trim(), "A form.", asked.stderr);
    const parts: { image_url?: { url: string } }[] = vendor.requests.at(-1)?.body.messages[0].content;
    assert.deepEqual(
      parts.flatMap(({ image_url }) => image_url?.url ?? []),
      [`data:image/png;base64,${PNG}`, "https://example.org/a.png"],
    );
    await vendor.close();
  });

  it("says who described it and what that cost, asks again when told, and stays silent when told", async () => {
    const vendor = await startVendor(says(JSON.stringify(SEEN), { input: 100, output: 50 }));
    const provider = { ...asProvider(vendor, {}, LONG), needsKey: false };
    writeFileSync(folder.file("settings.json"), JSON.stringify({ providers: { custom: [provider] }, "local.discover": false }));
    writeFileSync(folder.file("form.png"), Buffer.from(PNG, "base64"));
    const run = (...words: string[]) => latchkey(["describe", "form.png", ...words], { folder: folder.path, home: folder.path });
    const first = await run("--model", "acme/m1", "--language", "German", "--purpose", "altText", "--max-cost", "1");
    assert.equal(first.code, 0, first.stderr);
    assert.match(JSON.stringify(vendor.requests[0]?.body), /German/);
    const known = await run("--language", "German", "--purpose", "altText");
    assert.equal(vendor.requests.length, 1);
    const again = await run("--language", "German", "--purpose", "altText", "--fresh", "--quiet");
    assert.deepEqual([again.stderr, vendor.requests.length], ["", 2]);
    assert.equal(known.stdout, again.stdout);
    await vendor.close();
  });

  const mistakes: readonly (readonly [name: string, words: readonly string[], says: RegExp])[] = [
    ["no image", [], /which image\?/],
    ["a purpose that there is not", ["form.png", "--purpose", "poem"], /--purpose must be one of describe, altText/],
    ["a form that there is not", ["form.png", "--print", "html"], /--print must be one of markdown, alt, text/],
    ["a maximum that is no amount", ["form.png", "--max-cost=-1"], /--max-cost must be a number/],
    ["a file that is not there", ["none.png"], /none\.png/],
  ];
  for (const [name, words, wanted] of mistakes) {
    it(`refuses ${name}, in words`, async () => {
      writeFileSync(folder.file("form.png"), Buffer.from(PNG, "base64"));
      const { code, stderr } = await latchkey(["describe", ...words], { folder: folder.path, home: folder.path });
      assert.equal(code, 2);
      assert.match(stderr, wanted);
    });
  }
});
