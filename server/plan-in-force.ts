// The policy in force on this machine: read once at the start from the state folder or from LATCHKEY_POLICY, asked by the spine.
import { join } from "node:path";
import { Failure } from "../shared/failure.ts";
import type { Settings } from "../shared/settings.ts";
import type { Plan } from "./chat/parts.ts";
import { admits, allows } from "./policy/plan.ts";
import { type Policy, readPolicy } from "./policy/policy.ts";
import { readText } from "./state/file.ts";

export interface PlanParts {
  /** The state folder. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly settings: () => Settings;
  readonly providersWithKey: () => readonly string[];
  readonly now: () => Date;
}

/** A policy that cannot be read closes: an organisation's rules are not to be escaped by breaking the file. */
async function policyFrom(path: string, mustExist: boolean): Promise<Policy> {
  try {
    const text = await readText(path);
    return text === null && mustExist ? { kind: "unreadable", reason: `there is no file ${path}` } : readPolicy(text);
  } catch (error) {
    return { kind: "unreadable", reason: error instanceof Error ? error.message : String(error) };
  }
}

function least(...limits: readonly (number | null | undefined)[]): number | undefined {
  const stated = limits.filter((limit) => limit !== null && limit !== undefined);
  return stated.length > 0 ? Math.min(...stated) : undefined;
}

export async function openPlan({ folder, environment, settings, providersWithKey, now }: PlanParts): Promise<Plan> {
  const chosen = environment.LATCHKEY_POLICY?.trim();
  const policy = await policyFrom(chosen || join(folder, "policy.json"), Boolean(chosen));
  return {
    admit(draft) {
      const withKey = providersWithKey();
      const verdict = admits(policy, { now: now(), providersWithKey: withKey });
      if (!verdict.allowed) throw new Failure("planForbidden", verdict.reason, { rule: verdict.rule });
      if (policy.kind !== "file" || policy.file.maxCostUsd === undefined) return draft;
      return { ...draft, maxCostUsd: least(draft.maxCostUsd ?? settings().maxCostUsd, policy.file.maxCostUsd) };
    },
    allows: (model) => allows(policy, model),
  };
}
