// kill -9 at random moments while keys, limits and the ledger are written: whatever was acknowledged is there afterwards.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { ask, SidecarProcess } from "../support/sidecar.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { asProvider, startVendor, type Vendor } from "../support/vendor.ts";

/** `npm run test:durability` asks for 500. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 12);
const NAMES = 12;
const KINDS = ["keys", "limits", "chats", "talks"] as const;
const TALKS = 3;

/** What was asked for since the last acknowledgement, oldest first; the first is acknowledged, the rest may or may not have happened. */
type Possible = string[];

/** What was asked in one conversation, in order: the acknowledged must be there with their answers, and of the rest each wholly or not at all. */
interface Talk {
  kept: string[];
  asked: string | null;
}

describe("durability", function () {
  this.timeout(60_000 + ROUNDS * 5_000);
  const folder = temporaryFolder();
  let vendor: Vendor;
  beforeEach(async () => {
    vendor = await startVendor();
  });
  afterEach(() => vendor.close());

  it(`loses nothing acknowledged in ${ROUNDS} rounds of kill -9`, async () => {
    const home = folder.file("home");
    const keys = new Map<string, Possible>();
    const limits: Possible = [];
    const talks = new Map<string, Talk>();
    const acknowledged = { keys: 0, limits: 0, chats: 0, talks: 0 };
    let asked = 0;
    for (let round = 0; round <= ROUNDS; round += 1) {
      const sidecar = new SidecarProcess({ home });
      await sidecar.initialize({ providers: { custom: [asProvider(vendor)] } });
      await verify(sidecar, keys, limits, acknowledged.chats + acknowledged.talks, asked);
      await verifyTalks(sidecar, talks);
      if (round === ROUNDS) {
        await sidecar.stop();
        break;
      }
      const before = { ...acknowledged };
      const dead = sidecar.exited.then(() => "dead" as const);
      const until = async (step: (count: number) => Promise<void>) => {
        for (let count = 0; ; count += 1) if ((await Promise.race([step(count), dead])) === "dead") return;
      };
      const loops = [
        until(async (count) => {
          const name = `n${count % NAMES}`;
          const last4 = (round * 1000 + count).toString(36).padStart(4, "0").slice(-4);
          const possible = keys.get(name) ?? ["absent"];
          keys.set(name, possible);
          possible.push(last4);
          await sidecar.request("key/set", {
            provider: "acme",
            secret: `durability-key-${round}-${count}-${last4}`,
            name,
            persist: "vault",
          });
          possible.splice(0, possible.indexOf(last4));
          acknowledged.keys += 1;
        }),
        until(async (count) => {
          const limitUsd = 1_000_000 + round * 1000 + count;
          limits.push(String(limitUsd));
          await sidecar.request("budget/set", { budgets: [{ scope: "all", period: "day", limitUsd, kind: "hard" }] });
          limits.splice(0, limits.indexOf(String(limitUsd)));
          acknowledged.limits += 1;
        }),
        until(async (count) => {
          asked += 1;
          await sidecar.request("chat/send", ask(`${round}-${count}`, "hello", { model: "acme/m1" }));
          acknowledged.chats += 1;
        }),
        until(async (count) => {
          const id = `talk-${count % TALKS}`;
          const talk = talks.get(id) ?? { kept: [], asked: null };
          talks.set(id, talk);
          asked += 1;
          talk.asked = `question ${round}-${count}`;
          const use = { model: "acme/m1", conversationId: id, conversation: { resume: talk.kept.length > 0 } };
          const { conversation } = await sidecar.request("chat/send", ask(`talk-${round}-${count}`, talk.asked, use));
          assert.equal(conversation?.entries, talk.kept.length * 2 + 2);
          talk.kept.push(talk.asked);
          talk.asked = null;
          acknowledged.talks += 1;
        }),
      ];
      // After some work was acknowledged, at any moment within the next steps.
      const kind = KINDS[round % KINDS.length] ?? "keys";
      const enough = before[kind] + 1 + Math.floor(Math.random() * 4);
      while (acknowledged[kind] < enough) await new Promise((next) => setTimeout(next, 2));
      setTimeout(() => sidecar.child.kill("SIGKILL"), Math.random() * 25);
      await Promise.all(loops);
    }
    console.log(
      `      ${ROUNDS} kills: ${acknowledged.keys} keys, ${acknowledged.limits} limits, ${acknowledged.chats} answers, ${acknowledged.talks} turns of conversations acknowledged, none lost`,
    );
    for (const kind of KINDS) assert.ok(acknowledged[kind] > 0, `the rounds were too short to show anything about ${kind}`);
    assert.deepEqual(
      readdirSync(home).filter((name) => name.includes("damaged")),
      [],
    );
  });

  async function verifyTalks(sidecar: SidecarProcess, talks: Map<string, Talk>): Promise<void> {
    const { conversations } = await sidecar.request("conversation/list", {});
    for (const [id, talk] of talks) {
      const isThere = conversations.some((head) => head.id === id);
      const entries = isThere ? (await sidecar.request("conversation/get", { id })).entries : [];
      const texts = entries.map(({ message }) => message?.parts.map((part) => (part.type === "text" ? part.text : "")).join(""));
      assert.equal(entries.length % 2, 0, `${id} has a question without its answer`);
      for (const [at, text] of texts.entries()) if (at % 2 === 1) assert.equal(text, "Hello from the vendor.");
      const questions = texts.filter((_, at) => at % 2 === 0);
      assert.deepEqual(questions.slice(0, talk.kept.length), talk.kept, `${id} has lost what was acknowledged`);
      const more = questions.slice(talk.kept.length);
      assert.ok(more.length === 0 || (more.length === 1 && more[0] === talk.asked), `${id} has ${more} that nobody asked`);
      talks.set(id, { kept: questions.map(String), asked: null });
    }
  }

  async function verify(
    sidecar: SidecarProcess,
    keys: Map<string, Possible>,
    limits: Possible,
    chats: number,
    asked: number,
  ): Promise<void> {
    const listed = await sidecar.request("key/list", {});
    const stored = new Map(listed.keys.map(({ name, last4 }) => [name, last4]));
    for (const [name, possible] of keys)
      assert.ok(possible.includes(stored.get(name) ?? "absent"), `${name} is ${stored.get(name)}, not one of ${possible}`);
    for (const { warning } of listed.keys) assert.doesNotMatch(warning ?? "", /damaged|not to be opened/);
    for (const name of keys.keys()) keys.set(name, [stored.get(name) ?? "absent"]);
    if (limits.length > 0) {
      const { budgets } = await sidecar.request("budget/get", {});
      const now = String(budgets[0]?.limitUsd);
      assert.ok(limits.includes(now), `the limit is ${now}, not one of ${limits}`);
      limits.splice(0, limits.length, now);
    }
    const { rows } = await sidecar.request("usage/summary", { by: ["provider"] });
    const counted = rows.reduce((sum, row) => sum + row.attempts, 0);
    assert.ok(counted >= chats, `${counted} attempts in the ledger, ${chats} answers acknowledged, ${asked} asked for`);
    assert.ok(counted <= asked);
  }
});
