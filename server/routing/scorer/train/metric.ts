// RouteLLM's average performance gap recovered: how much of the strong model's lead a score buys, averaged over every share of strong calls.

export interface Outcome {
  score: number;
  weak: number;
  strong: number;
}

/** Half is what chance buys; equal scores count as the mean over their orders. NaN where the two models do equally well. */
export function apgr(outcomes: readonly Outcome[]): number {
  if (outcomes.some(({ score }) => Number.isNaN(score))) throw new Error("a score is not a number");
  const sorted = [...outcomes].sort((left, right) => right.score - left.score);
  let recovered = 0;
  let area = 0;
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    let gain = 0;
    for (; end < sorted.length && sorted[end]?.score === sorted[start]?.score; end += 1)
      gain += (sorted[end]?.strong ?? 0) - (sorted[end]?.weak ?? 0);
    area += (end - start) * (recovered + gain / 2);
    recovered += gain;
    start = end;
  }
  return recovered === 0 ? Number.NaN : area / (sorted.length * recovered);
}
