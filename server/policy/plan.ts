// What the policy in force allows: plan, trial, own key or the organisation's; pure, with the moment and the keys coming in.
import type { ModelInfo } from "../../shared/model.ts";
import type { Policy, PolicyFile } from "./policy.ts";

/** Stable words for clients; the sentence is for people. */
export type PlanRule = "unreadable" | "trialExpired" | "noAccess" | "ownKeys" | "managed" | "model" | "banned" | "localOnly";

export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly rule: PlanRule; readonly reason: string };

const ALLOWED: Verdict = { allowed: true };

function refused(rule: PlanRule, reason: string): Verdict {
  return { allowed: false, rule, reason };
}

function nameOf({ name, plan }: PolicyFile): string {
  return name ? `${name}'s plan "${plan}"` : `the plan "${plan}"`;
}

export interface Circumstances {
  readonly now: Date;
  /** Providers for which there is a key, whoever issued it. */
  readonly providersWithKey: readonly string[];
}

/** Before anything is decided: may there be a chat at all? */
export function admits(policy: Policy, { now, providersWithKey }: Circumstances): Verdict {
  if (policy.kind === "open") return ALLOWED;
  if (policy.kind === "unreadable")
    return refused("unreadable", `The policy file cannot be understood (${policy.reason}), so nothing is sent. Have it corrected.`);
  const { file, terms } = policy;
  if (file.expiresAt !== undefined && now.getTime() >= Date.parse(file.expiresAt)) {
    return refused("trialExpired", `The trial in ${nameOf(file)} ended on ${file.expiresAt.slice(0, 10)}. Nothing was sent.`);
  }
  const own = providersWithKey.some((provider) => !file.managed.includes(provider));
  if (!terms.managed && !terms.ownKeys)
    return refused("noAccess", `${sentence(nameOf(file))} allows neither own keys nor the organisation's.`);
  if (!terms.managed && !own)
    return refused("noAccess", `${sentence(nameOf(file))} has no access to the organisation's keys. Set a key of your own.`);
  return ALLOWED;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function matches(patterns: readonly string[], model: ModelInfo): boolean {
  const names = [model.id, ...model.aliases];
  return patterns.some((pattern) => pattern === "*" || pattern === `${model.provider}/*` || names.includes(pattern));
}

/** A key of one's own switches its provider, and only that one, to the terms for own keys. */
export function allows(policy: Policy, model: ModelInfo): Verdict {
  if (policy.kind !== "file") return ALLOWED;
  const { file, terms } = policy;
  const whose = nameOf(file);
  if (matches(terms.banned, model)) return refused("banned", `${whose} bans it`);
  if (terms.localOnly && !model.local) return refused("localOnly", `${whose} allows only models on this machine`);
  if (model.local || model.provider === "demo") return ALLOWED;
  const isManaged = file.managed.includes(model.provider);
  if (isManaged && !terms.managed) return refused("managed", `${whose} has no access to the organisation's key for ${model.provider}`);
  if (!isManaged && !terms.ownKeys) return refused("ownKeys", `${whose} allows no keys of one's own`);
  const listHolds = isManaged || terms.everyKey;
  return listHolds && !matches(terms.models, model) ? refused("model", `it is not in the list of ${whose}`) : ALLOWED;
}
