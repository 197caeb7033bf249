// A soft limit in an editor: one question a limit and period, one at a time, and only a yes lets it be passed.
import assert from "node:assert/strict";
import { SoftLimits, type SoftAnswer, type SoftRefusal } from "../../../extension/soft-limits.ts";

const refusal = (more: Partial<SoftRefusal> = {}) =>
  Object.assign(new Error("The soft daily limit would be passed"), {
    data: {
      ...{ kind: "budgetExceeded", ask: true, scope: "all", period: "day", resetsAt: "2026-11-28T00:00:00Z" },
      ...{ limitNanoUsd: 100, spentNanoUsd: 90, neededNanoUsd: 20, ...more },
    },
  });

function withAnswers(...answers: SoftAnswer[]) {
  const asked: SoftRefusal[] = [];
  const limits = new SoftLimits(async (given) => {
    asked.push(given);
    return answers.shift() ?? "cancel";
  });
  return { limits, asked };
}

describe("a soft limit in an editor", () => {
  it("is not asked about when it is not passed", async () => {
    const { limits, asked } = withAnswers();
    assert.equal(await limits.send(async (over) => over), "ask");
    assert.equal(asked.length, 0);
  });

  it("is asked about once until it begins anew or is another one", async () => {
    const { limits, asked } = withAnswers("proceed", "proceed", "proceed");
    const send = (more: Partial<SoftRefusal>) =>
      limits.send(async (over) => {
        if (over === "ask") throw refusal(more);
        return "sent";
      });
    assert.deepEqual(await Promise.all([send({}), send({ spentNanoUsd: 95 }), send({})]), ["sent", "sent", "sent"]);
    assert.equal(asked.length, 1);
    await send({ resetsAt: "2026-11-29T00:00:00Z" });
    await send({ limitNanoUsd: 200 });
    assert.equal(asked.length, 3);
  });

  it("leaves the refusal as it was after a no, and asks again the next time", async () => {
    const { limits, asked } = withAnswers("cancel", "cancel");
    const send = () => limits.send(() => Promise.reject(refusal()));
    await assert.rejects(send(), /soft daily limit/);
    await assert.rejects(send(), /soft daily limit/);
    assert.equal(asked.length, 2);
  });

  it("tries the chat again as it is once the limit was raised", async () => {
    const { limits } = withAnswers("raised");
    const overs: string[] = [];
    const sent = await limits.send(async (over) => {
      overs.push(over);
      if (overs.length === 1) throw refusal();
      return "sent";
    });
    assert.deepEqual([sent, overs], ["sent", ["ask", "ask"]]);
  });

  it("asks nobody about a hard limit or any other failure", async () => {
    const { limits, asked } = withAnswers("proceed");
    for (const data of [{ kind: "budgetExceeded", limitKind: "hard" }, undefined])
      await assert.rejects(
        limits.send(() => Promise.reject(Object.assign(new Error("no"), { data }))),
        /^Error: no$/,
      );
    assert.equal(asked.length, 0);
  });
});
