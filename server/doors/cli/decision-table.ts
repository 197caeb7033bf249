// A routing decision for people at a terminal: what the prompt is, who is first and why, and who may not, by rule; pure.
import { formatUsd } from "../../../shared/money.ts";
import type { Candidate, RouteDecision, Signal } from "../../../shared/route.ts";

const MOST_ROWS = 12;
/** Of each rule that excludes, so many models are named; --json names all. */
const MOST_NAMED = 4;
const NAME_WIDTH = 44;

export function decisionTable(decision: RouteDecision): string {
  const { tier, cognitiveTier, policy, degraded, candidates, signals, because, excluded } = decision;
  const lines = [
    `prompt:  ${tier}${cognitiveTier ? ` (${cognitiveTier})` : ""}; ${signals.map(signalInWords).join(", ") || "nothing stands out"}`,
    `policy:  ${policy}${degraded ? "; static order: no price or score is known" : weighing(candidates)}`,
    `choice:  ${because}`,
  ];
  if (candidates.length > 0)
    lines.push(
      "",
      `${"model".padEnd(NAME_WIDTH)} ${"quality".padStart(7)}  ${"about".padStart(10)}  ${"at most".padStart(9)}  ${"score".padStart(8)}`,
    );
  for (const candidate of candidates.slice(0, MOST_ROWS)) lines.push(rowOf(candidate));
  if (candidates.length > MOST_ROWS) lines.push(`… and ${candidates.length - MOST_ROWS} more candidates`);
  if (excluded.length > 0) lines.push("", ...excludedByRule(decision));
  return lines.join("\n");
}

function signalInWords({ name, points, detail }: Signal): string {
  if (points !== 0) return `${name} ${points > 0 ? "+" : ""}${points}`;
  return detail ? `${name}: ${detail}` : name;
}

/** What the exponent means: how much dearer a model may be that is one point better than one of 95. */
function weighing(candidates: readonly Candidate[]): string {
  const exponent = candidates[0]?.parts.policy;
  if (exponent === undefined || candidates[0]?.parts.quality === undefined) return "";
  const percent = 100 * ((96 / 95) ** exponent - 1);
  return percent > 100
    ? "; quality decides, price only between equals"
    : `; one more point of quality may cost ${Math.round(percent)} % more`;
}

function rowOf({ model, score, parts, estimate, notes }: Candidate): string {
  const isFree = parts.price === 0;
  const quality = parts.quality === undefined ? "?" : String(Number(parts.quality.toFixed(1)));
  const [about, most] = [estimate.p50NanoUsd, estimate.worstNanoUsd].map((nano) => (isFree ? "free" : formatUsd(nano)));
  const remarks = [
    ...(parts.cache ? [`${Math.round(100 * parts.cache)} % from its warm cache`] : []),
    ...(parts.headroom === undefined ? [] : [`${Math.round(100 * parts.headroom)} % of its rate limit left`]),
    ...(notes ?? []),
  ];
  const cells = [
    model.padEnd(NAME_WIDTH),
    quality.padStart(7),
    ` ${(about ?? "").padStart(10)}`,
    ` ${(most ?? "").padStart(9)}`,
    ` ${score.toPrecision(4).padStart(8)}`,
  ];
  return `${cells.join(" ")}${remarks.length > 0 ? `  ${remarks.join("; ")}` : ""}`;
}

function excludedByRule({ excluded }: RouteDecision): string[] {
  const groups = new Map<string, { model: string; reason: string }[]>();
  for (const exclusion of excluded) {
    const rule = exclusion.rule ?? exclusion.reason;
    groups.set(rule, [...(groups.get(rule) ?? []), exclusion]);
  }
  return [...groups.values()].map((group) => {
    const [first, ...others] = group;
    const same = others.filter(({ reason }) => reason === first?.reason);
    const named = (same.length === others.length ? same : others).slice(0, MOST_NAMED - 1).map(({ model }) => model);
    const left = others.length - named.length;
    const likewise = named.length === 0 ? "" : `; likewise ${named.join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
    return `excluded: ${first?.model}: ${first?.reason.replace(/\.$/, "")}${likewise}`;
  });
}
