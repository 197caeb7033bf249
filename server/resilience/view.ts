// Several circuits as one state: which of them decides, and the words for people; pure.
import type { CircuitView } from "./breaker.ts";
import type { HealthState } from "./health.ts";

const BADNESS: Readonly<Record<CircuitView["state"], number>> = { closed: 0, halfOpen: 1, probing: 2, open: 3 };

/** A probed model is usable, but only before a person has nothing better. */
const PROBING_HEADROOM = 0.25;

export function worst(views: readonly CircuitView[]): CircuitView {
  return views.reduce((left, right) => (compare(left, right) >= 0 ? left : right), { state: "closed" });
}

export function leastBad(views: readonly [CircuitView, ...CircuitView[]] | readonly CircuitView[]): CircuitView {
  return views.reduce((left, right) => (compare(left, right) <= 0 ? left : right));
}

/** True when a request may be sent now. */
export function usable(state: HealthState): boolean {
  return state.health === "ok" || state.health === "probing";
}

export function describe(view: CircuitView, headroom: number, key = ""): HealthState {
  if (view.state === "closed") return { health: "ok", headroom };
  const whose = key === "" ? "" : `key ${key}: `;
  if (view.state !== "open") {
    const share = view.state === "probing" ? 0 : Math.min(headroom, PROBING_HEADROOM);
    return { health: "probing", reason: `${whose}${view.rest.reason}; the next request shows whether that is over`, headroom: share };
  }
  const until = new Date(view.rest.untilMs);
  return {
    health: view.rest.health,
    restingUntil: until,
    reason: `${whose}${view.rest.reason} until ${clock(until)}`,
    headroom: 0,
    ...(view.rest.probe && { mayProbe: true }),
  };
}

/** Worse first; of two that rest, the one that rests longer. */
function compare(left: CircuitView, right: CircuitView): number {
  const byState = BADNESS[left.state] - BADNESS[right.state];
  if (byState !== 0 || left.state === "closed" || right.state === "closed") return byState;
  return left.rest.untilMs - right.rest.untilMs;
}

/** "14:03:20" on this machine's clock. */
function clock(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
