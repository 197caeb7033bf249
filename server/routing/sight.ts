// Whether a model that sees takes a prompt with images itself, or has them described for a better one that does not; pure.
import { formatUsd, type NanoUsd } from "../../shared/money.ts";
import type { Candidate, Complexity, Policy, VisionRoute } from "../../shared/route.ts";
import { lowerLevel } from "./complexity.ts";
import { LEAST_COSTS_NANO_USD, QUALITY_EXPONENTS, QUALITY_FLOORS } from "./weights.ts";

export interface Sighted {
  /** The best for the words of the prompt, which cannot see. */
  readonly thinker: Candidate;
  /** The best of those that see, for the prompt with its images; undefined where none may take it. */
  readonly seeing: Candidate | undefined;
  /** The same model judged by the words alone, as the thinker is. */
  readonly seeingByWords: Candidate | undefined;
  /** What the descriptions that are not known yet are expected to cost; null where that is unknown. */
  readonly describing: NanoUsd | null;
  readonly describer: string;
  readonly policy: Policy;
  readonly level: Complexity;
}

export type Sight = Pick<VisionRoute, "way" | "because">;

export function chooseSight(given: Sighted): Sight {
  const { thinker, seeing, describing, describer } = given;
  const described = `${describer} describes what ${thinker.model} cannot see`;
  if (!seeing) return { way: "coordinated", because: `${described}: no model that sees can take this prompt.` };
  const single = (why: string): Sight => ({ way: "single", because: `${seeing.model} sees the image itself: ${why}.` });
  const cost = thinker.estimate.p50NanoUsd;
  if (cost === null || describing === null) return single(`what a description for ${thinker.model} would cost is unknown`);
  const together = cost + describing;
  const alone = seeing.estimate.p50NanoUsd;
  if (alone === null) return { way: "coordinated", because: `${described}: the price of ${seeing.model}, which sees, is unknown.` };
  const figures = `${formatUsd(together)} together against ${formatUsd(alone)}`;
  const [mind, eye] = [thinker.parts.quality, given.seeingByWords?.parts.quality ?? seeing.parts.quality];
  if (mind === undefined || eye === undefined) {
    return together < alone
      ? { way: "coordinated", because: `${described}: it costs less, ${figures}.` }
      : single(`a description for ${thinker.model} would not be cheaper, ${figures}`);
  }
  const compared = `quality ${mind} against ${eye}, ${figures}`;
  return worthMore(given, { mind, eye, together, alone })
    ? { way: "coordinated", because: `${described}: ${compared}.` }
    : single(`it is the better trade than a description for ${thinker.model}, ${compared}`);
}

/** The trade of the ranking itself: first who is good enough for the prompt, then quality for its price. */
function worthMore({ policy, level }: Sighted, of: { mind: number; eye: number; together: NanoUsd; alone: NanoUsd }): boolean {
  const floor = QUALITY_FLOORS[policy === "cheap" ? lowerLevel(level) : level];
  if (of.mind >= floor !== of.eye >= floor) return of.mind >= floor;
  const exponent = QUALITY_EXPONENTS[policy][level];
  const least = LEAST_COSTS_NANO_USD[policy][level];
  const worth = (quality: number, cost: NanoUsd) => exponent * Math.log(quality / 100) - Math.log(Math.max(cost, least));
  return worth(of.mind, of.together) > worth(of.eye, of.alone);
}
