// Maps a standardised score to the gain that was seen at it: a logistic curve with a positive slope, so that order never changes.

/** Trees know their training rows by heart, so the slope seen on them is an overstatement; it is held to a modest range. */
const STEEPEST = 0.6;
const FLATTEST = 0.1;
const SHRINK = 0.5;

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

/** Mean of the curve over the scores, which the intercept is chosen to match. */
function interceptFor(scores: readonly number[], slope: number, gain: number): number {
  let low = -8;
  let high = 8;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    const mean = scores.reduce((sum, score) => sum + logistic(middle + slope * score), 0) / scores.length;
    if (mean < gain) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export function calibrate(scores: readonly number[], gains: readonly number[]): { intercept: number; slope: number } {
  if (scores.length === 0) return { intercept: -2, slope: 0.4 };
  const gain = Math.max(0.02, Math.min(0.9, gains.reduce((sum, value) => sum + value, 0) / gains.length));
  const covariance = scores.reduce((sum, score, index) => sum + score * (gains[index] ?? 0), 0) / scores.length;
  const slope = Math.max(FLATTEST, Math.min(STEEPEST, (SHRINK * covariance) / (gain * (1 - gain))));
  return { intercept: interceptFor(scores, slope, gain), slope };
}
