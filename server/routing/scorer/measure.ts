// The few measures every feature is made of; all bounded or logarithmic, so that no prompt can push a score out of range.

export const log = (value: number): number => Math.log1p(Math.max(0, value));

export const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);

export const mean = (values: readonly number[]): number =>
  share(
    values.reduce((sum, value) => sum + value, 0),
    values.length,
  );

export function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}

/** How often a global pattern occurs. */
export function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
