// The learned scorer in the ranking: a bounded voice, silent where it abstains, asked only where quality is weighed against price.
import assert from "node:assert/strict";
import fc from "fast-check";
import { believed, type Learned } from "../../../server/routing/gain.ts";
import { createRoute } from "../../../server/routing/route.ts";
import { scorePrompt } from "../../../server/routing/scorer/score.ts";
import { modelOf, routeInput, type RoutingCase } from "../../support/catalogue.ts";

const learned = (more: Partial<Learned>): Learned => ({ gain: 0.17, confidence: 0.5, abstains: false, reasons: [], ...more });
const CODE = "Write a function to sort an array";
const strong = modelOf("acme/strong", { quality: 97, usd: { input: 3, output: 12 } });
const weak = modelOf("acme/weak", { quality: 89, usd: { input: 1, output: 4 } });

function first(gain: Learned | undefined, more: RoutingCase = {}, models = [strong, weak]) {
  let asked = 0;
  const route = createRoute({
    learned: () => {
      asked += 1;
      return gain;
    },
  });
  const decision = route(routeInput(CODE, models, more));
  return { model: decision.candidates[0]?.model, signals: decision.signals, asked, policy: decision.candidates[0]?.parts.policy };
}

describe("the learned scorer's voice", () => {
  it("moves what a point of quality may cost up for a prompt that gains, down for one that does not", () => {
    const exponents = [0.02, 0.17, 0.4].map((gain) => first(learned({ gain })).policy ?? 0);
    assert.ok((exponents[0] ?? 0) < 12 && exponents[1] === 12 && (exponents[2] ?? 0) > 12, exponents.join(" "));
  });

  it("decides where two models are close in worth", () => {
    assert.equal(first(learned({ gain: 0.9, confidence: 1 })).model, "acme/strong");
    assert.equal(first(learned({ gain: 0, confidence: 1 })).model, "acme/weak");
  });

  it("changes nothing where it abstains, and says that it does", () => {
    const { policy, signals } = first(learned({ gain: 0.9, confidence: 1, abstains: true }));
    assert.equal(policy, 12);
    assert.match(signals.at(-1)?.detail ?? "", /not counted/);
  });

  it("never moves further than it is believed", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (gain, confidence) => {
        assert.ok(Math.abs(believed(learned({ gain, confidence })) - 0.5) <= confidence / 2 + 1e-12);
      }),
    );
  });

  it("is not asked for a pin, another policy, or where fewer than two models are measured", () => {
    const asked = [
      first(learned({}), { model: "acme/weak" }),
      first(learned({}), { policy: "best" }),
      first(learned({}), { policy: "cheap" }),
      first(learned({}), {}, [strong, modelOf("acme/new", { usd: { input: 1, output: 1 } })]),
      first(learned({})),
    ].map((outcome) => outcome.asked);
    assert.deepEqual(asked, [0, 0, 0, 0, 1]);
  });

  it("fits the scorer that is shipped", () => {
    const route = createRoute({ learned: scorePrompt });
    const decision = route(routeInput("A train travels 60 km in 45 minutes. How far does it travel in 2 hours?", [strong, weak]));
    assert.match(decision.signals.at(-1)?.detail ?? "", /^0\.\d\d where 0\.17 is usual, believed by 50 %/);
  });
});
