// Coordinated vision with the built sidecar: one model sees, another answers, both are paid for, and nothing of it leaks to the caller.
import assert from "node:assert/strict";
import { imageFacts } from "../../server/images/facts.ts";
import type { ChatResult, Message, Part } from "../../shared/chat.ts";
import type { ImageDescription } from "../../shared/image.ts";
import type { ParamsOf } from "../../shared/protocol.ts";
import { pngOf, QUARTERS } from "../support/pictures.ts";
import { RpcError, SidecarProcess } from "../support/sidecar.ts";
import { asProvider, says, type Script, startVendor, type Vendor } from "../support/vendor.ts";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const BOX = { x: 10, y: 20, width: 300, height: 40 };
const SEEN: ImageDescription = {
  summary: "A login form with an error.",
  altText: "Login form",
  texts: [{ text: "Wrong password", box: BOX }],
  regions: [],
  objects: [],
  elements: [],
};
const saysSeen = (summary = SEEN.summary) => says(JSON.stringify({ ...SEEN, summary }), { input: 100, output: 50 });

function withImage(text: string): Message {
  return {
    role: "user",
    parts: [
      { type: "text", text },
      { type: "image", data: PNG },
    ],
  };
}

async function failure(promise: Promise<unknown>): Promise<RpcError> {
  const error = await promise.then(
    () => assert.fail("it was accepted"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RpcError, String(error));
  return error;
}

/** The model that answers calls the tool that it is offered for looking, then answers. */
function looks(given: Record<string, unknown>, answer: string): Script {
  return async (vendor, request, index) => {
    const isAsked = request.body.messages.some((message: { role: string }) => message.role === "tool");
    if (isAsked) return says(answer, { input: 30, output: 10 })(vendor, request, index);
    await vendor.text("Let me look. ");
    const call = { index: 0, id: "call_1", type: "function", function: { name: "look_at_image", arguments: JSON.stringify(given) } };
    await vendor.delta({ tool_calls: [call] });
    await vendor.finish({ input: 20, output: 10 }, "tool_calls");
  };
}

describe("coordinated vision", () => {
  let eye: Vendor;
  let mind: Vendor;
  let spare: Vendor;
  let sidecar: SidecarProcess;

  interface Start {
    readonly settings?: Record<string, unknown>;
    readonly eye?: Record<string, unknown>;
    readonly mind?: Record<string, unknown>;
    readonly spare?: boolean;
  }

  /** A cheap model that sees, a better one that does not, and if wanted a dearer one that sees too. */
  async function start(given: Start = {}) {
    const sees = { maxOutputTokens: 8000, capabilities: ["vision", "structured"], quality: 60, usdPerMillion: { input: 0.1, output: 0.2 } };
    const thinks = { maxOutputTokens: 4000, capabilities: ["tools"], quality: 96, usdPerMillion: { input: 1, output: 2 } };
    const custom = [
      asProvider(eye, { id: "eye" }, { ...sees, ...given.eye }),
      asProvider(mind, { id: "mind" }, { ...thinks, ...given.mind }),
      ...(given.spare ? [asProvider(spare, { id: "spare" }, { ...sees, usdPerMillion: { input: 0.5, output: 1 } })] : []),
    ];
    await sidecar.initialize({ providers: { custom }, policy: "best", ...given.settings });
  }

  const send = (chatId: string, messages: Message[], more: Partial<ParamsOf<"chat/send">> = {}) =>
    sidecar.request("chat/send", { chatId, messages, ...more });
  const QUESTION = "Why can nobody sign in on this screenshot?";
  const sent = (vendor: Vendor, at = -1): string => JSON.stringify(vendor.requests.at(at)?.body.messages);

  function typesOf(chatId: string): string[] {
    const types = sidecar.eventsOf(chatId).map(({ type }) => type);
    for (const once of ["route", "usage", "end"]) assert.equal(types.filter((type) => type === once).length, 1, once);
    assert.equal(types.at(-1), "end");
    return types;
  }

  beforeEach(async () => {
    eye = await startVendor(saysSeen());
    mind = await startVendor(says("The password is wrong.", { input: 200, output: 20 }));
    spare = await startVendor(saysSeen("The spare one saw it."));
    sidecar = new SidecarProcess();
  });
  afterEach(async () => {
    await sidecar.stop();
    await Promise.all([eye.close(), mind.close(), spare.close()]);
  });

  it("takes a description in plain words as it is, and asks for no second one", async () => {
    eye.script = says("A login form. Below it stands in red: Wrong password.", { input: 100, output: 50 });
    await start();
    const result = await send("p", [withImage(QUESTION)]);
    assert.equal(result.model, "mind/m1");
    assert.match(sent(mind), /Below it stands in red: Wrong password/);
    assert.deepEqual([eye.requests.length, mind.requests.length], [1, 1]);
    const [image] = sidecar.eventsOf("p").flatMap((event) => (event.type === "image-description" ? [event.image] : []));
    assert.equal(image?.altText, "A login form.");
  });

  it("keeps what holds of a form that was filled in badly", async () => {
    const bad = { summary: "A form.", texts: ["Wrong password", { text: "Sign in", box: "top" }, 7], elements: null };
    eye.script = says(JSON.stringify(bad), { input: 100, output: 50 });
    await start();
    const result = await send("q", [withImage(QUESTION)]);
    assert.equal(result.attempts.length, 2);
    const [image] = sidecar.eventsOf("q").flatMap((event) => (event.type === "image-description" ? [event.image] : []));
    assert.equal(image?.text, "Wrong password\nSign in");
  });

  it("does not take JSON that was cut off for a description", async () => {
    eye.script = async (answer) => {
      await answer.text('{"summary":"A login fo');
      await answer.finish({ input: 100, output: 50 }, "length");
    };
    await start();
    const error = await failure(send("r", [withImage(QUESTION)], { model: "mind/m1" }));
    assert.match(error.message, /could not be described/);
    assert.equal(mind.requests.length, 0);
  });

  it("has the image described for the better model, shows it, and books both", async () => {
    await start();
    const result = await send("a", [withImage(QUESTION)]);
    assert.equal(result.model, "mind/m1");
    assert.equal(result.text, "The password is wrong.");
    assert.match(sent(mind), /Image 1, described by eye\/m1[\s\S]*Wrong password/);
    assert.doesNotMatch(sent(mind), /image_url|base64/);
    assert.match(sent(eye), /Why can nobody sign in/);
    assert.deepEqual(
      result.attempts.map(({ model }) => model),
      ["eye/m1", "mind/m1"],
    );
    assert.equal(result.cost.nanoUsd, 100 * 100 + 50 * 200 + 200 * 1000 + 20 * 2000);
    assert.equal(result.route.vision?.way, "coordinated");
    assert.equal(result.route.vision?.describer, "eye/m1");
    assert.match(result.route.because, /eye\/m1 describes what mind\/m1 cannot see: quality 96 against 60/);
    const rows: { purpose: string; chatId?: string }[] = JSON.parse((await sidecar.request("usage/export", { format: "json" })).content);
    assert.deepEqual(rows.map(({ purpose }) => purpose).sort(), ["chat", "vision"]);
    const told = sidecar.eventsOf("a").find((event) => event.type === "image-description");
    assert.ok(told?.type === "image-description");
    assert.deepEqual([told.image.altText, told.image.cached, told.image.cost.nanoUsd], ["Login form", false, 20_000]);
    const types = typesOf("a");
    assert.ok(types.indexOf("image-description") < types.indexOf("start"));
  });

  it("costs no second description in the next turn, nor for another model", async () => {
    await start();
    const first = await send("a", [withImage(QUESTION)]);
    const next: Message[] = [
      withImage(QUESTION),
      { role: "assistant", parts: first.parts },
      { role: "user", parts: [{ type: "text", text: "And now?" }] },
    ];
    const second = await send("b", next);
    assert.equal(eye.requests.length, 1);
    assert.deepEqual(
      second.attempts.map(({ model }) => model),
      ["mind/m1"],
    );
    assert.equal(second.cost.nanoUsd, 200 * 1000 + 20 * 2000);
    const told = sidecar.eventsOf("b").find((event) => event.type === "image-description");
    assert.ok(told?.type === "image-description" && told.image.cached && told.image.cost.nanoUsd === 0);
    assert.equal(second.route.vision?.known, 1);
  });

  it("answers a question back about a part, without a trace of its tool", async () => {
    await start();
    mind.script = looks({ image: 1, question: "Which key is lit?", region: [500, 0, 500, 500] }, "Caps lock is on.");
    let seen = 0;
    eye.script = (answer, request, index) => saysSeen(seen++ === 0 ? SEEN.summary : "The caps lock key is lit.")(answer, request, index);
    const quarters = { type: "image" as const, data: pngOf(QUARTERS(100, 100)).toString("base64") };
    const result = await send("a", [{ role: "user", parts: [{ type: "text", text: QUESTION }, quarters] }]);
    assert.equal(result.text, "Caps lock is on.");
    const asked: { image_url?: { url: string } }[] = eye.requests[1]?.body.messages.at(-1).content;
    const part = asked.flatMap(({ image_url }) => image_url?.url ?? [])[0] ?? "";
    const facts = imageFacts(Buffer.from(part.slice(part.indexOf(",") + 1), "base64"));
    assert.deepEqual([facts?.width, facts?.height], [50, 50]);
    // Seen at 10, 20 of the upper right quarter, told at its place in the whole.
    assert.match(sent(mind), /\[505, 10, 150, 20\] Wrong password/);
    assert.equal(result.stopReason, "end");
    assert.match(sent(eye), /Which key is lit\?/);
    assert.match(sent(mind), /The caps lock key is lit/);
    assert.deepEqual(
      result.attempts.map(({ model }) => model),
      ["eye/m1", "mind/m1", "eye/m1", "mind/m1"],
    );
    assert.equal(JSON.stringify([result.parts, sidecar.eventsOf("a")]).includes("look_at_image"), false);
    const events = sidecar.eventsOf("a");
    const seam = events.findIndex((event) => event.type === "seam" && event.restarted === true);
    const after = events.slice(seam).map((event) => (event.type === "text-delta" ? event.text : ""));
    assert.equal(after.join(""), result.text);
    const regions = events.flatMap((event) => (event.type === "image-description" && event.image.region ? [event.image.region] : []));
    assert.deepEqual(regions, [{ x: 500, y: 0, width: 500, height: 500 }]);
    typesOf("a");
  });

  it("lets a model without tools ask back in a line of its own, which nobody sees, and stops after three", async () => {
    await start({ mind: { capabilities: [] } });
    mind.script = says('LOOK {"image": 1, "question": "What is red?"}', { input: 10, output: 5 });
    eye.script = (answer, request, index) => saysSeen(`Look ${index}.`)(answer, request, index);
    const result = await send("a", [withImage(QUESTION)]);
    assert.equal(mind.requests.length, 4);
    // The same question about the same image is known after the first time.
    assert.equal(eye.requests.length, 2);
    assert.equal(sidecar.textOf("a"), result.text);
    mind.script = says("LOOKING at it, all is well.", { input: 10, output: 5 });
    const plain = await send("b", [withImage(QUESTION)]);
    assert.equal(sidecar.textOf("b"), "LOOKING at it, all is well.");
    assert.equal(plain.text, "LOOKING at it, all is well.");
    typesOf("b");
  });

  it("hands a caller's own tool calls on, and keeps its own tool to itself", async () => {
    await start();
    const tools = [{ name: "open_file", parameters: { type: "object", properties: {} } }];
    mind.script = async (answer) => {
      const call = { index: 0, id: "c1", type: "function", function: { name: "open_file", arguments: "{}" } };
      await answer.delta({ tool_calls: [call] });
      await answer.finish({ input: 20, output: 10 }, "tool_calls");
    };
    const result = await send("a", [withImage(QUESTION)], { tools });
    assert.equal(result.stopReason, "toolUse");
    assert.deepEqual(
      result.parts.map((part: Part) => (part.type === "toolCall" ? part.name : part.type)),
      ["open_file"],
    );
    assert.deepEqual(
      mind.requests[0]?.body.tools.map((tool: { function: { name: string } }) => tool.function.name),
      ["open_file", "look_at_image"],
    );
  });

  it("answers an image with a pinned model that cannot see, and with a schema too", async () => {
    await start();
    const pinned = await send("a", [withImage(QUESTION)], { model: "mind/m1" });
    assert.equal(pinned.model, "mind/m1");
    assert.match(pinned.route.because, /It cannot see, so eye\/m1 describes the images for it/);
    mind.script = says('{"cause": "password"}');
    const output = { schema: { type: "object", properties: { cause: { type: "string" } }, required: ["cause"] } };
    const shaped = await send("b", [withImage(QUESTION)], { model: "mind/m1", output });
    assert.deepEqual(shaped.output, { cause: "password" });
    assert.equal(eye.requests.length, 1);
  });

  it("quotes and previews both costs, and is what is then charged at the most", async () => {
    await start();
    const quote = await sidecar.request("chat/estimate", { messages: [withImage(QUESTION)] });
    assert.equal(quote.vision?.way, "coordinated");
    const [first] = quote.candidates;
    assert.equal(first?.model, "mind/m1");
    assert.ok((quote.vision?.p50NanoUsd ?? 0) > 0 && (first?.p50NanoUsd ?? 0) > (quote.vision?.p50NanoUsd ?? 0));
    const preview = await sidecar.request("route/preview", { messages: [withImage(QUESTION)] });
    assert.deepEqual(preview.vision, quote.vision);
    const result = await send("a", [withImage(QUESTION)]);
    assert.ok((result.cost.nanoUsd ?? 0) <= (first?.worstNanoUsd ?? 0));
    const again = await sidecar.request("chat/estimate", { messages: [withImage(QUESTION)] });
    assert.deepEqual([again.vision?.known, again.vision?.p50NanoUsd], [1, 0]);
    assert.ok((again.candidates[0]?.p50NanoUsd ?? 0) < (first?.p50NanoUsd ?? 0));
  });

  it("lets one model that sees answer where that is the better trade, where it is told never to, and says so", async () => {
    await start({ eye: { quality: 95, usdPerMillion: { input: 1, output: 2 } }, settings: { policy: "balanced" } });
    const single = await send("a", [withImage(QUESTION)]);
    assert.equal(single.model, "eye/m1");
    assert.equal(eye.requests.length, 1);
    assert.match(single.route.because, /eye\/m1 sees the image itself: it is the better trade than a description for mind\/m1/);
    assert.equal(single.route.vision?.way, "single");
    const told = sidecar.eventsOf("a").find((event) => event.type === "route");
    assert.ok(told?.type === "route" && told.route.because === single.route.because);
  });

  it("asks a model that sees where the settings say never, whatever the other is worth", async () => {
    await start({ settings: { "vision.coordinated": "never" } });
    const single = await send("a", [withImage(QUESTION)]);
    assert.equal(single.model, "eye/m1");
    assert.match(sent(eye), /image_url/);
  });

  it("is stopped by a hard limit that holds over both", async () => {
    await start({ settings: { budgets: [{ scope: "all", period: "day", limitUsd: 0.003, kind: "hard" }] } });
    const error = await failure(send("a", [withImage(QUESTION)]));
    assert.equal(error.kind, "budgetExceeded");
    assert.equal(mind.requests.length, 0);
    const { budgets } = await sidecar.request("budget/status", {});
    assert.equal(budgets[0]?.spentNanoUsd, eye.requests.length * 20_000);
    assert.equal(budgets[0]?.reservedNanoUsd, 0);
  });

  it("takes another model that sees when the one is down, and says what was tried when none is left", async () => {
    await start({ spare: true });
    eye.script = (answer) => answer.fail(500, { message: "down" });
    const result = await send("a", [withImage(QUESTION)], { model: "mind/m1" });
    assert.match(sent(mind), /The spare one saw it/);
    assert.equal(result.attempts.at(-1)?.model, "mind/m1");
    spare.script = (answer) => answer.fail(500, { message: "down too" });
    const error = await failure(send("b", [withImage("What else is on this screenshot?")], { model: "mind/m1" }));
    assert.match(error.message, /mind\/m1 cannot see, and the image could not be described for it\..*spare\/m1/s);
    assert.equal(
      error.data?.kind === "allFailed" || error.data?.kind === "providerUnavailable" || error.data?.kind === "noCandidate",
      true,
    );
  });

  it("sends a person's correction from then on", async () => {
    await start();
    await send("a", [withImage(QUESTION)]);
    const told = sidecar.eventsOf("a").find((event) => event.type === "image-description");
    assert.ok(told?.type === "image-description");
    await sidecar.request("image/correct", { id: told.image.id, description: { ...SEEN, summary: "A sign-up form." } });
    await send("b", [withImage(QUESTION)]);
    assert.match(sent(mind), /Image 1, described by a person[\s\S]*A sign-up form/);
    assert.equal(eye.requests.length, 1);
  });

  it("can be cancelled while the image is described: a result with what that cost, nothing asked of the other", async () => {
    await start();
    let begun: () => void = () => undefined;
    const began = new Promise<void>((done) => {
      begun = done;
    });
    eye.script = async (answer) => {
      await answer.text('{"summary": "A lo');
      begun();
    };
    const { id, done } = sidecar.start("chat/send", { chatId: "a", messages: [withImage(QUESTION)] });
    await began;
    sidecar.cancel(id);
    const result = (await done) as ChatResult;
    assert.equal(result.stopReason, "cancelled");
    assert.deepEqual(
      result.attempts.map(({ model, outcome }) => [model, outcome]),
      [["eye/m1", "cancelled"]],
    );
    assert.equal(mind.requests.length, 0);
    typesOf("a");
  });

  it("has a model that sees answer itself when no description can be made of it, and says so", async () => {
    await start();
    eye.script = async (answer, request, index) => {
      if (!JSON.stringify(request.body).includes("image_description")) return says("I see a form.")(answer, request, index);
      await answer.text('{"summary": "A lo');
      await answer.finish({ input: 100, output: 5 }, "length");
    };
    const result = await send("a", [withImage(QUESTION)]);
    assert.equal(result.text, "I see a form.");
    assert.equal(result.model, "eye/m1");
    assert.match(result.route.because, /No description could be made/);
    const fallback = sidecar.eventsOf("a").find((event) => event.type === "fallback" && event.from === "mind/m1");
    assert.ok(fallback?.type === "fallback" && fallback.to === "eye/m1");
    assert.equal(mind.requests.length, 0);
    typesOf("a");
  });

  it("goes to a model that sees with a schema too, where it is one that keeps to it", async () => {
    await start({ settings: { "vision.coordinated": "never" } });
    eye.script = says('{"cause": "password"}');
    const output = { schema: { type: "object", properties: { cause: { type: "string" } }, required: ["cause"] } };
    const shaped = await send("a", [withImage(QUESTION)], { output });
    assert.deepEqual(shaped.output, { cause: "password" });
    assert.match(sent(eye), /image_url/);
  });

  it("keeps to a ceiling for the chat over the description and the answer together", async () => {
    await start();
    const error = await failure(send("a", [withImage(QUESTION)], { model: "mind/m1", maxCostUsd: 0.003 }));
    assert.ok(["budgetExceeded", "noCandidate"].includes(error.kind ?? ""), error.message);
    assert.equal(mind.requests.length, 0);
  });

  it("names the price of a description that the ceiling rules out for a chosen model that cannot see, and the ceiling", async () => {
    await start({ eye: { usdPerMillion: { input: 1, output: 50 } } });
    const asked = { model: "mind/m1", maxCostUsd: 0.01 };
    const why = /cannot see, and a description of the image by eye\/m1 could cost \$0\.\d+, more than the maximum of \$0\.01/;
    const error = await failure(send("a", [withImage(QUESTION)], asked));
    assert.equal(error.kind, "noCandidate");
    assert.match(error.message, why);
    assert.match(error.message, /Nothing was sent or charged/);
    const quote = await sidecar.request("chat/estimate", { messages: [withImage(QUESTION)], ...asked });
    assert.deepEqual([quote.candidates.length, why.test(quote.excluded[0]?.reason ?? "")], [0, true]);
    const preview = await sidecar.request("route/preview", { messages: [withImage(QUESTION)], ...asked });
    assert.match(preview.because, why);
    assert.deepEqual([eye.requests.length, mind.requests.length], [0, 0]);
    assert.equal((await send("b", [withImage(QUESTION)], { ...asked, maxCostUsd: 1 })).text, "The password is wrong.");
  });
});

describe("the model that describes", () => {
  it("is a cheap Gemini Flash where there is a key for it", async () => {
    const sidecar = new SidecarProcess({
      environment: { GEMINI_API_KEY: "AIza0123456789", DEEPSEEK_API_KEY: "sk-0123456789", ANTHROPIC_API_KEY: "sk-ant-0123456789" },
    });
    await sidecar.initialize({});
    const quote = await sidecar.request("chat/estimate", { messages: [withImage("What is this?")], model: "deepseek/deepseek-v4-pro" });
    assert.match(quote.vision?.describer ?? "", /^google\/gemini-.*flash/);
    await sidecar.stop();
  });
});
