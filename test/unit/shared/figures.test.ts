// Figures as another language writes them: English stays the house's own, German gets its comma, its points and its dates.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { dayIn, figureIn, shortDayIn, usdIn } from "../../../shared/figures.ts";
import { formatUsd } from "../../../shared/money.ts";

describe("figures", () => {
  const cases: Record<string, string> = {
    "$0.0042": "0,0042\u00a0$",
    "$1,250.05": "1.250,05\u00a0$",
    "-$2.00": "-2,00\u00a0$",
    "200,000": "200.000",
    "1800": "1800",
    "0.62": "0,62",
    "2026-11-28": "28.11.2026",
    "2026-11-29 00:00 (Europe/Berlin)": "29.11.2026, 00:00 (Europe/Berlin)",
    // Names and versions are no figures.
    "gpt-5.2": "gpt-5.2",
    "5.2.1": "5.2.1",
    "acme/m1": "acme/m1",
    "": "",
  };
  for (const [english, german] of Object.entries(cases))
    it(`"${english}" is "${german}" in German`, () => assert.equal(figureIn("de", english), german));

  it("stay as they are where the words are English", () => {
    for (const english of Object.keys(cases)) assert.equal(figureIn(undefined, english), english);
    assert.equal(dayIn(undefined, "2026-11-28"), "2026-11-28");
    assert.equal(shortDayIn(undefined, "2026-11-28"), "11-28");
  });

  it("have short days for a chart", () => assert.equal(shortDayIn("de", "2026-11-28"), "28.11."));

  it("lose no digit of any sum", () => {
    const keepsDigits = fc.property(fc.integer({ min: 0, max: 9_000_000_000_000_000 }), (nanoUsd) => {
      const digits = (text: string) => text.replace(/\D/g, "");
      assert.equal(digits(usdIn("de", nanoUsd)), digits(formatUsd(nanoUsd)));
    });
    // The linter takes the overload for asynchronous properties.
    void fc.assert(keepsDigits);
  });
});
