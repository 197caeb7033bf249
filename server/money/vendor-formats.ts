// How each vendor writes its usage and cost exports, as data: which fields tell the format, which field is what; pure.

export interface ExportLine {
  /** The UTC date that the vendor gives. */
  readonly day: string;
  /** The vendor's own name for the model; null where the export does not say. */
  readonly model: string | null;
  readonly requests: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costNanoUsd: number | null;
  /** Half of the last digit that was given: what rounding alone may explain. */
  readonly costErrorNanoUsd: number;
}

export interface VendorExport {
  readonly provider: "openai" | "anthropic" | "openrouter";
  readonly format: string;
  readonly lines: readonly ExportLine[];
}

export type Cells = Readonly<Record<string, unknown>>;
export interface Format {
  readonly name: string;
  readonly provider: VendorExport["provider"];
  /** Fields that only this format has, all of them. */
  readonly has: readonly string[];
  readonly read: (cells: Cells) => ExportLine;
}

const ANTHROPIC_INPUT = [
  "usage_input_tokens_no_cache",
  "usage_input_tokens_cache_read",
  "usage_input_tokens_cache_write_5m",
  "usage_input_tokens_cache_write_1h",
];

/**
 * Formats as seen in 2025 and 2026: OpenAI's usage and cost pages (CSV) and /v1/organization/usage/completions and /costs;
 * Anthropic's console (CSV) and /v1/organizations/usage_report/messages and /cost_report, whose amounts are cents;
 * OpenRouter's activity page (CSV by request and by group) and /api/v1/activity.
 */
export const FORMATS: readonly Format[] = [
  {
    name: "OpenAI usage",
    provider: "openai",
    has: ["num_model_requests", "input_tokens", "output_tokens"],
    read: (cells) =>
      line(cells, {
        day: ["start_time_iso", "start_time"],
        model: "model",
        requests: "num_model_requests",
        input: ["input_tokens"],
        output: ["output_tokens"],
      }),
  },
  {
    name: "OpenAI costs",
    provider: "openai",
    has: ["amount_value", "amount_currency"],
    read: (cells) => line(cells, { day: ["start_time_iso", "start_time"], model: "line_item", cost: ["amount_value"] }),
  },
  {
    name: "Anthropic usage",
    provider: "anthropic",
    has: ["usage_date_utc", "usage_output_tokens"],
    read: (cells) =>
      line(cells, { day: ["usage_date_utc"], model: "model_version", input: ANTHROPIC_INPUT, output: ["usage_output_tokens"] }),
  },
  {
    name: "Anthropic costs",
    provider: "anthropic",
    has: ["usage_date_utc", "cost_usd", "token_type"],
    read: (cells) => line(cells, { day: ["usage_date_utc"], model: "model", cost: ["cost_usd"] }),
  },
  {
    name: "Anthropic usage report",
    provider: "anthropic",
    has: ["uncached_input_tokens", "output_tokens"],
    read: (cells) =>
      line(cells, {
        day: ["starting_at"],
        model: "model",
        input: [
          "uncached_input_tokens",
          "cache_read_input_tokens",
          "cache_creation.ephemeral_5m_input_tokens",
          "cache_creation.ephemeral_1h_input_tokens",
        ],
        output: ["output_tokens"],
      }),
  },
  {
    name: "Anthropic cost report",
    provider: "anthropic",
    has: ["amount", "currency"],
    read: (cells) => line(cells, { day: ["starting_at"], model: "model", cost: ["amount"], unitUsd: 0.01 }),
  },
  {
    name: "OpenRouter requests",
    provider: "openrouter",
    has: ["generation_id", "cost_total", "model_permaslug"],
    read: (cells) =>
      line(
        { ...cells, requests: "1" },
        {
          day: ["created_at"],
          model: "model_permaslug",
          requests: "requests",
          input: ["tokens_prompt"],
          output: ["tokens_completion"],
          cost: ["cost_total", "byok_usage_inference"],
        },
      ),
  },
  {
    name: "OpenRouter activity",
    provider: "openrouter",
    has: ["date", "model_permaslug", "usage", "requests"],
    read: (cells) =>
      line(cells, {
        day: ["date"],
        model: "model_permaslug",
        requests: "requests",
        input: ["prompt_tokens"],
        output: ["completion_tokens"],
        cost: ["usage", "byok_usage_inference"],
      }),
  },
  {
    name: "OpenRouter activity page",
    provider: "openrouter",
    has: ["Date", "Slug", "Usage", "Requests"],
    read: (cells) =>
      line(cells, {
        day: ["Date"],
        model: "Slug",
        requests: "Requests",
        input: ["Prompt Tokens"],
        output: ["Completion Tokens"],
        cost: ["Usage", "BYOK Usage"],
      }),
  },
];

interface Names {
  readonly day: readonly string[];
  readonly model: string;
  readonly requests?: string;
  /** Added up. */
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly cost?: readonly string[];
  readonly unitUsd?: number;
}

function line(cells: Cells, names: Names): ExportLine {
  const model = cells[names.model];
  const cost = (names.cost ?? []).map((name) => amountOf(cells[name], names.unitUsd ?? 1)).filter((each) => each !== null);
  return {
    day: dayOf(names.day.map((name) => cells[name]).find((value) => value !== undefined && value !== "")),
    model: typeof model === "string" && model !== "" ? model : null,
    requests: names.requests === undefined ? null : numberOf(cells[names.requests]),
    inputTokens: sumOf(cells, names.input),
    outputTokens: sumOf(cells, names.output),
    costNanoUsd: cost.length === 0 ? null : cost.reduce((sum, each) => sum + each.nanoUsd, 0),
    costErrorNanoUsd: cost.reduce((sum, each) => sum + each.errorNanoUsd, 0),
  };
}

/** Seconds since 1970, an ISO time, or "2026-02-06 18:54:30.040", which is UTC as well. */
function dayOf(value: unknown): string {
  if (typeof value === "number" || /^\d{9,11}(\.0)?$/.test(String(value))) return new Date(Number(value) * 1000).toISOString().slice(0, 10);
  return String(value ?? "").slice(0, 10);
}

function sumOf(cells: Cells, names: readonly string[] | undefined): number | null {
  const values = (names ?? []).map((name) => numberOf(cells[name])).filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

function numberOf(value: unknown): number | null {
  if (value === undefined || value === null || value === "") return null;
  const number = Number(typeof value === "string" ? value.replaceAll(",", "") : value);
  return Number.isFinite(number) ? number : null;
}

function amountOf(value: unknown, unitUsd: number): { nanoUsd: number; errorNanoUsd: number } | null {
  const number = numberOf(typeof value === "string" ? value.replace(/^\$/, "") : value);
  if (number === null) return null;
  const decimals = /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0;
  return { nanoUsd: Math.round(number * unitUsd * 1e9), errorNanoUsd: Math.max(1, 0.5 * 10 ** -decimals * unitUsd * 1e9) };
}
