// Fake keys that can be found again wherever they end up, also in the encodings that a careless path would give them.

export interface Canary {
  readonly source: string;
  readonly key: string;
}

/** `label` says how the key was put in; what is searched for is unique to it. */
export function canary(source: string, prefix = "sk-proj-"): Canary {
  const mark = Array.from({ length: 4 }, () => Math.random().toString(36).slice(2, 10).padEnd(8, "x")).join("");
  return { source, key: `${prefix}canary${mark}Aa0z` };
}

export interface Leak {
  readonly source: string;
  readonly where: string;
  readonly form: string;
  /** What stood around it, with the key taken out. */
  readonly context: string;
}

/** Every form of every canary in these texts or bytes. */
export function leaksIn(haystacks: Readonly<Record<string, string | Buffer>>, canaries: readonly Canary[]): Leak[] {
  return Object.entries(haystacks).flatMap(([where, haystack]) => {
    const text = typeof haystack === "string" ? haystack : haystack.toString("latin1");
    return canaries.flatMap(({ source, key }) =>
      formsOf(key).flatMap(([form, needle]) => {
        const at = text.indexOf(needle);
        return at === -1 ? [] : [{ source, where, form, context: text.slice(Math.max(0, at - 120), at) }];
      }),
    );
  });
}

/** The middle of the key is what counts: a prefix or four last characters may be shown. */
function formsOf(key: string): [string, string][] {
  const core = key.slice(8, -4);
  const bytes = Buffer.from(key);
  const shifted = [0, 1, 2].map((skip): [string, string] => [`base64+${skip}`, middleOf(bytes.subarray(skip).toString("base64"))]);
  return [
    ["plain", core],
    ["reversed", [...core].reverse().join("")],
    ["hex", Buffer.from(core).toString("hex")],
    ["utf-16", utf16(core)],
    ...shifted,
  ];
}

function middleOf(encoded: string): string {
  return encoded.slice(8, -8);
}

function utf16(text: string): string {
  return Buffer.from(text, "utf16le").toString("latin1");
}
