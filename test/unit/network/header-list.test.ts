// Our list of header fields beside the standard's own: the same fields, whatever is done to both.
import assert from "node:assert/strict";
import fc from "fast-check";
import { HeaderList } from "../../../server/network/header-list.ts";

const name = fc.constantFrom("Accept", "accept", "X-Stainless-Lang", "set-cookie", "Set-Cookie", "content-type", "retry-after");
const value = fc.constantFrom("a", " b ", "c=d; Path=/", "", "application/json");
const step = fc.record({ does: fc.constantFrom("append" as const, "set" as const, "delete" as const), name, value });
type Step = { does: "append" | "set" | "delete"; name: string; value: string };

function done(headers: Headers, steps: readonly Step[]): Headers {
  for (const { does, name: field, value: text } of steps) {
    if (does === "delete") headers.delete(field);
    else headers[does](field, text);
  }
  return headers;
}

/** The standard lists each cookie apart and sorts by name; ours lists as they came, cookies under one name. */
function fieldsOf(headers: Headers): string[] {
  const others = [...headers].filter(([field]) => field !== "set-cookie").map(([field, text]) => `${field}: ${text}`);
  return [...others.sort(), ...headers.getSetCookie()];
}

describe("a list of header fields", () => {
  it("holds what the standard's own would, after any steps", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const [ours, standard] = [done(new HeaderList(), steps), done(new Headers(), steps)];
        assert.deepEqual(fieldsOf(ours), fieldsOf(standard));
        for (const field of ["ACCEPT", "set-cookie", "x-none"]) {
          assert.equal(ours.get(field), standard.get(field));
          assert.equal(ours.has(field), standard.has(field));
        }
      }),
    );
  });

  const given: readonly (readonly [string, ConstructorParameters<typeof HeaderList>[0], Record<string, string>])[] = [
    ["nothing", undefined, {}],
    ["a record", { Accept: "a", "X-B": "c" }, { accept: "a", "x-b": "c" }],
    [
      "pairs",
      [
        ["Accept", "a"],
        ["accept", "b"],
      ],
      { accept: "a, b" },
    ],
    ["the standard's own", new Headers({ Accept: "a" }), { accept: "a" }],
    ["another of ours", new HeaderList({ Accept: "a" }), { accept: "a" }],
  ];
  for (const [what, fields, wanted] of given) {
    it(`is made of ${what}`, () => assert.deepEqual(Object.fromEntries(new HeaderList(fields)), wanted));
  }

  it("is gone through in the ways that SDKs do", () => {
    const headers = new HeaderList({ accept: "a", host: "b" });
    const seen: string[] = [];
    headers.forEach(function (this: string[], text, field) {
      this.push(`${field}=${text}`);
    }, seen);
    assert.deepEqual(seen, ["accept=a", "host=b"]);
    assert.deepEqual([[...headers.keys()], [...headers.values()], [...headers.entries()].length], [["accept", "host"], ["a", "b"], 2]);
  });
});
