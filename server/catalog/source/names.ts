// One spelling for a model's name across lists and boards, by stated rules; a name is only ever matched whole.
import { EFFORT_ORDER, SERVING_ENDINGS } from "./rules.ts";

const DATE = /-(20\d{2}-?[01]\d-?[0-3]\d|[01]\d-[0-3]\d|[01]\d[0-3]\d|2[3-6][01]\d|00\d)$/;

/** "accounts/fireworks/models/glm-5p3" and "zai-org/GLM-5.3" are both "glm-5-3". */
export function spelled(id: string): string {
  const word = id.slice(id.lastIndexOf("/") + 1).toLowerCase();
  const decimal = id.startsWith("accounts/fireworks/") ? word.replace(/(\d)p(\d)/g, "$1-$2") : word;
  const plain = decimal
    .replace(/^~/, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return plain.replace(/^claude-(\d(?:-\d)?)-(opus|sonnet|haiku)/, "claude-$2-$1").replace(/^nvidia-/, "");
}

export function withoutDate(name: string): string {
  return name.replace(DATE, "");
}

export function dateOf(name: string): string {
  return DATE.exec(name)?.[1] ?? "";
}

export function withoutServing(name: string): string {
  const ending = SERVING_ENDINGS.find((ending) => name.endsWith(`-${ending}`));
  return ending ? withoutServing(name.slice(0, -ending.length - 1)) : name;
}

/** Under which spellings a board may know this model, the most exact first; a date in a name is part of the name. */
export function spellings(id: string): string[] {
  const exact = spelled(id);
  return [...new Set([exact, withoutServing(exact)])];
}

/** The family a board's dated entry belongs to: a name without a date may be measured by its newest dated entry. */
export function families(name: string): string[] {
  const undated = withoutDate(name);
  return [...new Set([undated, withoutServing(undated), withoutDate(withoutServing(name))])];
}

const EFFORTS = EFFORT_ORDER.filter((effort) => effort !== "").sort((left, right) => right.length - left.length);

/** Splits "gpt-5-2-high" into the model and the reasoning effort it was measured at. */
export function splitEffort(name: string): { model: string; effort: string } {
  const effort = EFFORTS.find((effort) => name.endsWith(`-${effort}`));
  return effort ? { model: name.slice(0, -effort.length - 1), effort } : { model: name, effort: "" };
}
