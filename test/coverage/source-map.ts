// A source map as a list of places: where a piece of a script stands, and which line and column of which source it was made from.

export interface Place {
  /** Characters from the beginning of the script. */
  readonly offset: number;
  readonly source: number;
  readonly line: number;
  readonly column: number;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Decodes version 3 mappings (tc39.es/ecma426): deltas in base 64, five bits a digit, the lowest bit of a number its sign. */
export function placesIn(code: string, mappings: string): Place[] {
  const places: Place[] = [];
  let [source, line, column] = [0, 0, 0];
  let begins = 0;
  for (const written of mappings.split(";")) {
    let generated = 0;
    for (const segment of written === "" ? [] : written.split(",")) {
      const [ahead = 0, ofSource, ofLine, ofColumn] = numbersIn(segment);
      generated += ahead;
      if (ofSource === undefined) continue;
      source += ofSource;
      line += ofLine ?? 0;
      column += ofColumn ?? 0;
      places.push({ offset: begins + generated, source, line, column });
    }
    const end = code.indexOf("\n", begins);
    begins = end < 0 ? code.length : end + 1;
  }
  return places;
}

function numbersIn(segment: string): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit);
    value += (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}
