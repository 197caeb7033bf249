// Which characters of which scripts were ever run: V8's nested ranges of many processes, painted onto one map a script; pure.

export interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly { startOffset: number; endOffset: number; count: number }[] }[];
}

export class Hits {
  readonly #scripts = new Map<string, Uint8Array>();

  /** An inner range says more than the one around it, and an inner function more than a block around it. */
  add({ url, functions }: ScriptCoverage): void {
    const ranged = functions.flatMap(({ ranges }) => (ranges[0] ? [{ ...ranges[0], ranges }] : []));
    ranged.sort((left, right) => left.startOffset - right.startOffset || right.endOffset - left.endOffset);
    const length = ranged.reduce((most, { endOffset }) => Math.max(most, endOffset), 0);
    const painted = new Uint8Array(length);
    for (const { ranges } of ranged)
      for (const { startOffset, endOffset, count } of ranges) painted.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    const known = this.#scripts.get(url);
    if (known === undefined || known.length < length) {
      if (known) for (let at = 0; at < known.length; at++) painted[at] ||= known[at] ?? 0;
      this.#scripts.set(url, painted);
    } else for (let at = 0; at < length; at++) known[at] ||= painted[at] ?? 0;
  }

  has(url: string, offset: number): boolean {
    return this.#scripts.get(url)?.[offset] === 1;
  }

  get urls(): readonly string[] {
    return [...this.#scripts.keys()];
  }
}
