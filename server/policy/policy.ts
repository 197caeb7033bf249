// The policy file that an organisation may ship: strict, since a typing error here would open or close what it should not; pure.
import * as z from "zod/mini";
import { nonNegative } from "../../shared/custom.ts";

/** `provider/model-id`, `provider/*` or `*`. */
const ModelPattern = z.string().check(z.regex(/^(\*|[a-z0-9][a-z0-9._-]*\/\S+)$/));

export const PlanTerms = z.strictObject({
  /** Whether people may use keys of their own. */
  ownKeys: z._default(z.boolean(), true),
  /** Whether the providers in `managed` may be used with the organisation's key. */
  managed: z._default(z.boolean(), false),
  /** What may be used with the organisation's key; own keys are free of it unless `everyKey` says otherwise. */
  models: z._default(z.array(ModelPattern), ["*"]),
  banned: z._default(z.array(ModelPattern), []),
  /** True: `models` holds for own keys as well. */
  everyKey: z._default(z.boolean(), false),
  localOnly: z._default(z.boolean(), false),
});
export type PlanTerms = z.infer<typeof PlanTerms>;

export const PolicyFile = z.strictObject({
  version: z.literal(1),
  /** Whose policy it is, for people. */
  name: z.optional(z.string()),
  /** Which of `plans` is in force. */
  plan: z.string(),
  plans: z.record(z.string(), PlanTerms),
  /** Providers whose key belongs to the organisation. */
  managed: z._default(z.array(z.string()), []),
  /** From this moment on nothing is allowed any more. */
  expiresAt: z.optional(z.iso.datetime({ offset: true })),
  /** The most that one prompt may cost, in US dollars. */
  maxCostUsd: z.optional(nonNegative),
});
export type PolicyFile = z.infer<typeof PolicyFile>;

/** No file: own keys, everything allowed. A file that cannot be read closes everything and says why. */
export type Policy =
  | { readonly kind: "open" }
  | { readonly kind: "file"; readonly file: PolicyFile; readonly terms: PlanTerms }
  | { readonly kind: "unreadable"; readonly reason: string };

export const OPEN_POLICY: Policy = { kind: "open" };

/** Which field, and what is wrong with it in a word. */
function describe(issue: z.core.$ZodIssue): string {
  const path = issue.path.join(".") || "the file";
  if (issue.code === "unrecognized_keys") return `${path} has unknown fields: ${issue.keys.join(", ")}`;
  return issue.code === "invalid_type" ? `${path} should be ${issue.expected}` : `${path} is not as it should be`;
}

/** `text` is null where there is no file. */
export function readPolicy(text: string | null): Policy {
  if (text === null) return OPEN_POLICY;
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return { kind: "unreadable", reason: "it is not JSON" };
  }
  const parsed = PolicyFile.safeParse(given);
  if (!parsed.success) return { kind: "unreadable", reason: parsed.error.issues.map(describe).join("; ") };
  const terms = parsed.data.plans[parsed.data.plan];
  if (!terms) return { kind: "unreadable", reason: `it names the plan "${parsed.data.plan}" and does not describe it` };
  return { kind: "file", file: parsed.data, terms };
}
