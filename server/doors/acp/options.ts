// A session's choices as ACP shows them: the model, routed or pinned, and how price is traded against quality.
import type { SessionConfigOption } from "@agentclientprotocol/sdk";
import { formatUsd } from "../../../shared/money.ts";
import type { ResultOf } from "../../../shared/protocol.ts";
import { Policy } from "../../../shared/route.ts";

type ModelRow = ResultOf<"model/list">["models"][number];

const POLICIES: Readonly<Record<Policy, string>> = {
  cheap: "The cheapest model that is good enough",
  balanced: "A balance of price and quality",
  best: "The best model that may be used",
};

export interface Choice {
  readonly model: string;
  readonly policy: string;
}

export function configOptions(choice: Choice, models: readonly ModelRow[]): SessionConfigOption[] {
  const auto = { value: "auto", name: "Auto", description: "Chosen for each prompt, and explained" };
  return [
    {
      type: "select",
      id: "model",
      name: "Model",
      category: "model",
      currentValue: choice.model,
      options: [auto, ...models.map((row) => ({ value: row.id, name: row.name || row.id, description: priceOf(row) }))],
    },
    {
      type: "select",
      id: "policy",
      name: "Policy",
      description: "How price is traded against quality when a model is chosen",
      currentValue: choice.policy,
      options: Policy.options.map((policy) => ({ value: policy, name: policy, description: POLICIES[policy] })),
    },
  ];
}

/** Null when the value is none of the option's. */
export function chosen(choice: Choice, id: string, value: unknown, models: readonly ModelRow[]): Choice | null {
  if (id === "policy") return Policy.options.some((policy) => policy === value) ? { ...choice, policy: String(value) } : null;
  if (id !== "model") return null;
  return value === "auto" || models.some((row) => row.id === value) ? { ...choice, model: String(value) } : null;
}

function priceOf({ price, local }: ModelRow): string {
  if (local) return "on this machine";
  if (!price) return "unpriced";
  return `${formatUsd(price.rates.input)} in, ${formatUsd(price.rates.output)} out a million tokens (${price.date})`;
}
