// Every setting: name, default, description and scope; package.json, docs and validation are generated from here.
import * as z from "zod/mini";
import { BudgetLimit, CustomProvider, nonNegative, ProviderOverride } from "./custom.ts";
import { Policy } from "./route.ts";

/** Where a setting may be set: "machine" ones never come from a workspace or folder. */
export type SettingScope = "machine" | "window" | "resource";

export interface SettingRow {
  readonly schema: z.ZodMiniType;
  readonly default: unknown;
  readonly description: string;
  readonly scope: SettingScope;
  /** JSON Schema that replaces the derived one in VS Code's settings editor. */
  readonly editor?: Record<string, unknown>;
}

const providers = z.catchall(z.object({ custom: z.optional(z.array(CustomProvider)) }), ProviderOverride);
const ms = z.int().check(z.gte(0));

/** Dotted names are VS Code's `latchkey.<name>` and, nested, the wire's `settings`. */
export const SETTINGS = {
  policy: {
    schema: Policy,
    default: "balanced",
    scope: "resource",
    description: "How price is traded against quality when a model is chosen: the cheapest that is good enough, a balance, or the best.",
  },
  model: {
    schema: z.string(),
    default: "auto",
    scope: "resource",
    description: "The model to use: `auto` routes each prompt, `provider/model-id` pins one.",
  },
  maxCostUsd: {
    schema: z.nullable(nonNegative),
    default: null,
    scope: "resource",
    description:
      "The most one prompt may cost, in US dollars; `null` for no such limit. A workspace or a request can lower it, never raise it.",
  },
  onBreak: {
    schema: z.enum(["stop", "offer", "continue"]),
    default: "offer",
    scope: "resource",
    description: "When an answer breaks off in the middle: stop, offer to continue, or let the next model continue it with a visible seam.",
  },
  cascade: {
    schema: z.boolean(),
    default: false,
    scope: "resource",
    description: "Under the balanced policy, try a cheaper model first, check its answer, and escalate once when the check fails.",
  },
  "routing.banned": {
    schema: z.array(z.string()),
    default: [],
    scope: "resource",
    description: "Models (`provider/model-id`) or providers (`provider/*`) that are never chosen.",
  },
  "routing.localOnly": { schema: z.boolean(), default: false, scope: "resource", description: "Use only models that run on this machine." },
  "routing.baseline": {
    schema: z.nullable(z.string()),
    default: null,
    scope: "window",
    description:
      "The model you would otherwise have pinned; savings are counted against it. `null`: the dearest candidate that was eligible.",
  },
  "context.fit": {
    schema: z.enum(["refuse", "drop-oldest", "middle-out", "summarise"]),
    default: "drop-oldest",
    scope: "resource",
    description:
      "When a conversation fits no model's window: refuse, leave out the oldest turns, leave out the middle (of long texts too), or have a cheap model summarise the oldest turns; always with a mark.",
  },
  "vision.coordinated": {
    schema: z.enum(["auto", "never"]),
    default: "auto",
    scope: "resource",
    description:
      "When the best model for a prompt with images cannot see: `auto` has a model that sees describe them for it where that is better or cheaper, `never` asks a model that sees.",
  },
  "vision.model": {
    schema: z.string(),
    default: "auto",
    scope: "resource",
    description: "The model that describes images: `auto` takes the one that is worth its price, `provider/model-id` pins one.",
  },
  budgets: {
    schema: z.array(BudgetLimit),
    default: [],
    scope: "machine",
    description: "Spending limits: `scope`, `id`, `period`, `limitUsd`, `kind` (`hard` refuses, `soft` asks).",
    editor: {},
  },
  "budget.timeZone": {
    schema: z.nullable(z.string()),
    default: null,
    scope: "machine",
    description: "IANA time zone in which days, weeks and months begin; `null` uses this machine's.",
  },
  "budget.unpriced": {
    schema: z.enum(["allow", "refuse"]),
    default: "refuse",
    scope: "machine",
    description: "Whether a model with an unknown price may be used while a hard limit applies.",
  },
  "ledger.unreachable": {
    schema: z.enum(["refuse", "allowance"]),
    default: "refuse",
    scope: "machine",
    description: "When a team ledger cannot be reached: refuse to spend, or spend from a small local allowance that is reconciled later.",
  },
  "ledger.allowanceUsd": {
    schema: nonNegative,
    default: 1,
    scope: "machine",
    description: "The local allowance in US dollars for the time a team ledger cannot be reached.",
  },
  providers: {
    schema: providers,
    default: {},
    scope: "machine",
    description: "Per provider: `baseUrl`, `enabled`, `headers`, `caFile`; and `custom`, a list of providers of your own.",
    editor: {},
  },
  "local.discover": {
    schema: z.boolean(),
    default: true,
    scope: "machine",
    description: "Look for a local Ollama, LM Studio or llama.cpp server on this machine.",
  },
  "keys.fromEnvironment": {
    schema: z.boolean(),
    default: true,
    scope: "machine",
    description: "Use keys found in environment variables such as `OPENAI_API_KEY`.",
  },
  "keys.command": {
    schema: z.record(z.string(), z.array(z.string())),
    default: {},
    scope: "machine",
    description:
      'Per provider, a command (list of words, no shell) that prints its key, for example `["op", "read", "op://vault/openai/key"]`.',
    editor: {},
  },
  "secrets.inPrompts": {
    schema: z.enum(["off", "warn", "block"]),
    default: "warn",
    scope: "machine",
    description: "What to do when a prompt seems to contain a secret.",
  },
  "network.proxy": {
    schema: z.nullable(z.string()),
    default: null,
    scope: "machine",
    description: "Proxy for requests to providers; `null` uses the editor's or the environment's.",
  },
  "network.noProxy": {
    schema: z.array(z.string()),
    default: [],
    scope: "machine",
    description: "Hosts that are reached without the proxy.",
  },
  "network.strictSsl": {
    schema: z.boolean(),
    default: true,
    scope: "machine",
    description: "Verify certificates of proxies and providers.",
  },
  "network.caFile": {
    schema: z.nullable(z.string()),
    default: null,
    scope: "machine",
    description: "A PEM file with certificates to trust in addition to the system's.",
  },
  "network.plainHttpHosts": {
    schema: z.array(z.string()),
    default: [],
    scope: "machine",
    description: "Hosts other than this machine that may be reached without encryption; everybody on the way can read what is sent.",
  },
  "timeouts.connectMs": {
    schema: ms,
    default: 15_000,
    scope: "resource",
    description: "Longest wait for a provider's response headers to begin, in milliseconds; `0` for no limit.",
  },
  "timeouts.firstTokenMs": {
    schema: ms,
    default: 60_000,
    scope: "resource",
    description: "Longest wait for the first token; models that reason get four times as long.",
  },
  "timeouts.idleMs": {
    schema: ms,
    default: 30_000,
    scope: "resource",
    description: "Longest silence in the middle of an answer; models that reason get four times as long.",
  },
  "timeouts.totalMs": {
    schema: ms,
    default: 600_000,
    scope: "resource",
    description: "Longest time for one answer, all attempts together.",
  },
  "attempts.max": {
    schema: z.int().check(z.gte(1), z.lte(10)),
    default: 4,
    scope: "resource",
    description: "Most requests sent to providers for one prompt, retries and fallbacks together.",
  },
  "attempts.patienceMs": {
    schema: ms,
    default: 20_000,
    scope: "resource",
    description: "Longest wait that a provider may ask for (Retry-After) before the next one is tried.",
  },
  "prices.refreshDaily": {
    schema: z.boolean(),
    default: true,
    scope: "machine",
    description: "Once a day, fetch model lists and prices from the providers whose key is set and from OpenRouter's public list.",
  },
  "conversations.keep": {
    schema: z.boolean(),
    default: true,
    scope: "machine",
    description: "Keep conversations on this machine so that they can be resumed.",
  },
  "openTelemetry.endpoint": {
    schema: z.nullable(z.string().check(z.regex(/^https?:\/\/\S+$/))),
    default: null,
    scope: "machine",
    description:
      "An OpenTelemetry collector (OTLP over HTTP, for example `http://127.0.0.1:4318`) that traces and metrics of every chat are sent to; `null` sends none. Read at the start.",
  },
  "openTelemetry.content": {
    schema: z.boolean(),
    default: false,
    scope: "machine",
    description: "Put the text of prompts and answers into those traces.",
  },
  "log.level": {
    schema: z.enum(["error", "warn", "info", "debug"]),
    default: "info",
    scope: "machine",
    description: "How much the sidecar logs.",
  },
} as const satisfies Record<string, SettingRow>;

export type SettingName = keyof typeof SETTINGS;
type ValueOf<Name extends SettingName> = z.infer<(typeof SETTINGS)[Name]["schema"]>;
/** Every setting by its dotted name, defaults filled in. */
export type Settings = { readonly [Name in SettingName]: ValueOf<Name> };

export interface SettingProblem {
  readonly name: string;
  readonly message: string;
}

/**
 * Reads settings given as nested JSON (the wire) or by dotted names (VS Code): unknown names and bad values
 * are named in `problems` and fall back to their defaults, so that one bad field loses only itself.
 */
export function readSettings(given: unknown): { settings: Settings; problems: SettingProblem[] } {
  const problems: SettingProblem[] = [];
  const settings: Record<string, unknown> = {};
  const tree = isRecord(given) ? given : {};
  for (const [dotted, row] of Object.entries<SettingRow>(SETTINGS)) {
    const value = tree[dotted] === undefined ? lookUp(tree, dotted) : tree[dotted];
    const parsed = value === undefined ? undefined : row.schema.safeParse(value);
    if (parsed && !parsed.success) problems.push({ name: dotted, message: z.prettifyError(parsed.error) });
    settings[dotted] = parsed?.success ? parsed.data : row.default;
  }
  for (const unknown of unknownNames(tree, "")) problems.push({ name: unknown, message: "no such setting" });
  // The loop above has put a value of its row's schema, or its default, under every name of the table.
  return { settings: settings as unknown as Settings, problems };
}

function lookUp(tree: Record<string, unknown>, dotted: string): unknown {
  let at: unknown = tree;
  for (const word of dotted.split(".")) at = isRecord(at) ? at[word] : undefined;
  return at;
}

function unknownNames(tree: Record<string, unknown>, prefix: string): string[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const dotted = prefix + key;
    if (dotted in SETTINGS) return [];
    const isGroup = Object.keys(SETTINGS).some((name) => name.startsWith(`${dotted}.`));
    return isGroup && isRecord(value) ? unknownNames(value, `${dotted}.`) : [dotted];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
