// Previews of JSON that is still being written: of every beginning, only what the whole will say too.
import assert from "node:assert/strict";
import fc from "fast-check";
import { partialJson } from "../../../server/chat/partial-json.ts";
import { PartialOutput } from "../../../server/chat/partial-output.ts";
import { holds } from "../../support/property.ts";

/** Strings, lists and objects may stop anywhere; everything else is there as it is or not at all. */
function isBeginningOf(part: unknown, whole: unknown): boolean {
  if (typeof part === "string") return typeof whole === "string" && whole.startsWith(part);
  if (Array.isArray(part))
    return Array.isArray(whole) && part.length <= whole.length && part.every((one, at) => isBeginningOf(one, whole[at]));
  if (typeof part === "object" && part !== null) {
    const of = whole as Record<string, unknown>;
    return typeof whole === "object" && Object.entries(part).every(([key, one]) => Object.hasOwn(of, key) && isBeginningOf(one, of[key]));
  }
  return Object.is(part, whole);
}

const json = fc.oneof(
  fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue(), { minKeys: 1, noNullPrototype: true }),
  fc.array(fc.jsonValue()),
);

describe("the beginning of a JSON text", () => {
  holds(
    "says only what the whole says, at every place where it may be cut, and the whole says all",
    fc.property(json, fc.constantFrom(undefined, 2), fc.boolean(), (value, indent, isEscaped) => {
      const plain = JSON.stringify(value, null, indent);
      const text = isEscaped
        ? plain.replace(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`)
        : plain;
      const whole = JSON.parse(text);
      for (let end = 0; end <= text.length; end += Math.max(1, Math.floor(text.length / 50))) {
        const part = partialJson(text.slice(0, end));
        if (part !== undefined) assert.ok(isBeginningOf(part, whole), `${text.slice(0, end)} gave ${JSON.stringify(part)}`);
      }
      assert.deepEqual(partialJson(text), whole);
    }),
  );

  holds(
    "never throws, whatever it is",
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.constantFrom("", "{", "[", '{"a":', '{"a":"'), (text, head) => {
      partialJson(head + text);
    }),
  );

  for (const [text, value] of [
    ["", undefined],
    ["Here it is: ", undefined],
    ["{", {}],
    ['```json\n{"name":"Ad', { name: "Ad" }],
    ['{"name":"Ada","age":3', { name: "Ada" }],
    ['{"name":"Ada","age":36,', { name: "Ada", age: 36 }],
    ['{"list":[1,2,{"a":tru', { list: [1, 2, {}] }],
    ['{"text":"a\\u00', { text: "a" }],
    ['{"text":"a\\\\', { text: "a\\" }],
    ['{"text":"\\ud83d', { text: "" }],
    ['{"__proto__":{"a":1}}', JSON.parse('{"__proto__":{"a":1}}')],
    [`{"a":${"[".repeat(5000)}`, {}],
  ] as const) {
    it(`${JSON.stringify(text.slice(0, 40))} is ${JSON.stringify(value)}`, () => {
      const read = partialJson(text);
      if (text.length < 1000) assert.deepEqual(read, value);
      else assert.ok(JSON.stringify(read).length < 200);
    });
  }
});

describe("previews of an object", () => {
  it("come at most ten a second, and only when something changed", () => {
    let nowMs = 0;
    const preview = new PartialOutput(1, () => new Date(nowMs));
    const at = (ms: number, text: string) => {
      nowMs = ms;
      return preview.push(text);
    };
    assert.deepEqual(at(0, '{"name":"A'), { type: "partial-object", value: { name: "A" }, round: 1 });
    assert.equal(at(50, "d"), null);
    assert.deepEqual(at(100, "a"), { type: "partial-object", value: { name: "Ada" }, round: 1 });
    assert.equal(at(300, '"'), null);
  });
});
