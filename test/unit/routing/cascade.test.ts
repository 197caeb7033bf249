// The cascade's questions: when a cheaper model is tried first, and which answers are asked again of the better one.
import assert from "node:assert/strict";
import { agreement, cascadeOf, doubtsAbout, type Finished, isWorthASecondSample } from "../../../server/routing/cascade.ts";
import { createRoute } from "../../../server/routing/route.ts";
import { modelOf, routeInput, type RoutingCase } from "../../support/catalogue.ts";

const HARD = "Design architecture for scaling this enterprise system";
const cheap = modelOf("acme/cheap", { quality: 90, usd: { input: 0.1, output: 0.4 } });
const good = modelOf("acme/good", { quality: 96, usd: { input: 1, output: 5 } });

function planned(more: RoutingCase = {}, models = [cheap, good], text = HARD) {
  const route = createRoute();
  const input = routeInput(text, models, more);
  return cascadeOf(route(input), input, route);
}

describe("cascade", () => {
  it("tries what costs at most a third of the choice, and quotes the sum of both", () => {
    const cascade = planned({ temperature: 0 });
    assert.deepEqual([cascade?.try.model, cascade?.escalateTo.model], ["acme/cheap", "acme/good"]);
    const parts = [cascade?.try.estimate.worstNanoUsd, cascade?.escalateTo.estimate.worstNanoUsd];
    assert.equal(cascade?.worstNanoUsd, (parts[0] ?? 0) + (parts[1] ?? 0));
    assert.match(cascade?.because ?? "", /tried first at 8 % of the price of acme\/good/);
  });

  it("quotes a second sample only where it costs a tenth at the most, no tools are given, and it could differ", () => {
    const [once, twice] = [planned({ temperature: 0 }), planned()];
    assert.deepEqual([once?.mayAskTwice, twice?.mayAskTwice], [false, true]);
    assert.equal((twice?.worstNanoUsd ?? 0) - (once?.worstNanoUsd ?? 0), twice?.try.estimate.worstNanoUsd);
    assert.match(twice?.because ?? "", /or two short answers differ/);
    assert.equal(planned({ tools: [{ name: "look", parameters: {} }] })?.mayAskTwice, false);
    const fifth = modelOf("acme/fifth", { quality: 90, usd: { input: 0.2, output: 1 } });
    assert.equal(planned({}, [fifth, good])?.mayAskTwice, false);
  });

  it("takes a second sample of short answers alone, and of none that told how sure it was", () => {
    const worth = (more: Partial<Finished>) => isWorthASecondSample({ text: "42", stopReason: "end", toolCalls: 0, ...more });
    assert.deepEqual(
      [worth({}), worth({ text: "word ".repeat(200) }), worth({ meanLogprob: -0.1 }), worth({ toolCalls: 1 })],
      [true, false, false, false],
    );
  });

  const never: readonly (readonly [name: string, cascade: () => unknown])[] = [
    ["under another policy", () => planned({ policy: "best" })],
    ["for a pinned model", () => planned({ model: "acme/good" })],
    ["for an easy prompt", () => planned({}, [cheap, good], "hello")],
    ["for what is not much cheaper", () => planned({}, [modelOf("acme/half", { quality: 90, usd: { input: 0.5, output: 2.5 } }), good])],
    ["with a model of unknown quality", () => planned({}, [modelOf("acme/new", { usd: { input: 0.01, output: 0.01 } }), good])],
    ["with a model of unknown price", () => planned({}, [modelOf("acme/new", { quality: 90 }), good])],
    ["with one model alone", () => planned({}, [good])],
  ];
  for (const [name, cascade] of never) {
    it(`is not run ${name}`, () => assert.equal(cascade(), null));
  }

  const finished = (more: Partial<Finished>): Finished => ({ text: "Paris.", stopReason: "end", toolCalls: 0, ...more });
  const doubts: readonly (readonly [name: string, answer: Partial<Finished>, signals: string[]])[] = [
    ["holds a short right answer to be good", {}, []],
    ["holds a tool call without words to be good", { text: "", toolCalls: 1, stopReason: "toolUse" }, []],
    ["doubts an answer that was cut off", { stopReason: "length" }, ["cut off"]],
    ["doubts an empty answer", { text: "  \n" }, ["empty"]],
    ["doubts an answer that does not fit its schema", { fitsSchema: false }, ["schema"]],
    ["doubts a refusal in the answer's own words", { text: "I’m sorry, but I can't do that." }, ["refusal"]],
    ["doubts an answer that does not know", { text: "I'm not sure, but it could be Lyon." }, ["hedging"]],
    ["does not take a vendor's refusal elsewhere", { text: "", stopReason: "refused" }, []],
    ["does not take quoted words for a refusal", { text: `Here is the message:\n\`\`\`\nI'm unable to help\n\`\`\`` }, []],
    ["does not take words far into an answer for a refusal", { text: `${"It is well known. ".repeat(20)} I'm not sure he said so.` }, []],
    ["doubts tokens that the model itself thought unlikely", { meanLogprob: -0.93 }, ["confidence"]],
    ["trusts tokens that it thought likely", { meanLogprob: -0.1 }, []],
    ["doubts two samples that differ", { text: "It is 42.", secondSample: "It is 41." }, ["agreement"]],
    ["trusts two samples that agree in the end", { text: "So it is 42", secondSample: "Six times seven makes 42" }, []],
  ];
  for (const [name, answer, signals] of doubts) {
    it(name, () =>
      assert.deepEqual(
        doubtsAbout(finished(answer)).map(({ signal }) => signal),
        signals,
      ),
    );
  }

  it("measures agreement from nothing in common to the same", () => {
    assert.equal(agreement("red green", "blue yellow"), 0);
    assert.equal(agreement("red green", "green red"), 1);
    assert.equal(agreement("", ""), 1);
  });
});
