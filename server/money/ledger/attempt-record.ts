// An attempt as a flat record of columns and back; the same columns in both backends.
import type { Cost } from "../../../shared/money.ts";
import type { AttemptOutcome } from "../budget.ts";
import type { AttemptRow, AttemptState, Booking } from "./ledger.ts";

export type Value = string | number | null;
export type Columns = Readonly<Record<string, Value>>;

/** The columns that reserving writes. */
export function columnsOfBooking(booking: Booking, heldNanoUsd: number, holder: string): Columns {
  const { intent } = booking;
  return {
    attempt_id: intent.attemptId,
    chat_id: intent.chatId,
    conversation_id: intent.conversationId ?? null,
    workspace: intent.workspace ?? null,
    editor: intent.editor,
    provider: intent.provider,
    model: intent.model,
    purpose: intent.purpose,
    state: "reserved",
    worst_nano: intent.worstNanoUsd,
    p50_nano: intent.p50NanoUsd,
    held_nano: heldNanoUsd,
    price_version: intent.priceVersion,
    price_date: intent.priceDate,
    images: intent.images ?? 0,
    baseline_model: intent.baselineModel ?? null,
    needs: [...(intent.needs ?? [])].sort().join(" "),
    task_type: intent.taskType ?? null,
    base_tokens: intent.baseTokens ?? null,
    reserved_at: booking.atMs,
    day: booking.day,
    holder,
  };
}

/** The columns that settling writes. */
export function columnsOfOutcome(outcome: AttemptOutcome, atMs: number): Columns {
  const { usage, cost } = outcome;
  return {
    state: "settled",
    outcome: outcome.state,
    failure_kind: outcome.failureKind ?? null,
    held_nano: 0,
    cost_nano: cost.nanoUsd,
    cost_provenance: cost.provenance,
    price_date: cost.priceDate,
    input_tokens: usage.inputTokens,
    cache_read_tokens: usage.cacheReadTokens,
    cache_write_5m_tokens: usage.cacheWrite5mTokens,
    cache_write_1h_tokens: usage.cacheWrite1hTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    usage_provenance: usage.provenance,
    raw_usage: outcome.rawUsage === null || outcome.rawUsage === undefined ? null : JSON.stringify(outcome.rawUsage),
    service_tier: outcome.serviceTier ?? null,
    baseline_nano: outcome.baselineNanoUsd ?? null,
    first_token_ms: rounded(outcome.firstTokenMs),
    ms: rounded(outcome.ms),
    settled_at: atMs,
  };
}

/** What a dead process's attempt is booked at: its median estimate, never more than was held for it. */
export function orphanCost(row: Readonly<Record<string, unknown>>): number | null {
  const p50 = numberOf(row.p50_nano);
  const held = numberOf(row.held_nano) ?? 0;
  if (p50 === null) return numberOf(row.worst_nano) === 0 ? 0 : null;
  return held > 0 ? Math.min(p50, held) : p50;
}

export function rowOf(record: Readonly<Record<string, unknown>>): AttemptRow {
  const provenance = textOf(record.cost_provenance);
  return {
    attemptId: String(record.attempt_id),
    chatId: String(record.chat_id),
    conversationId: textOf(record.conversation_id),
    workspace: textOf(record.workspace),
    editor: String(record.editor),
    provider: String(record.provider),
    model: String(record.model),
    purpose: String(record.purpose),
    // Only this file and the migrations write these two columns.
    state: String(record.state) as AttemptState,
    outcome: textOf(record.outcome),
    failureKind: textOf(record.failure_kind),
    worstNanoUsd: numberOf(record.worst_nano),
    p50NanoUsd: numberOf(record.p50_nano),
    heldNanoUsd: numberOf(record.held_nano) ?? 0,
    cost:
      provenance === null
        ? null
        : { nanoUsd: numberOf(record.cost_nano), provenance: provenance as Cost["provenance"], priceDate: textOf(record.price_date) },
    usage: usageOf(record),
    rawUsage: textOf(record.raw_usage),
    serviceTier: textOf(record.service_tier),
    images: numberOf(record.images) ?? 0,
    priceVersion: textOf(record.price_version),
    baselineModel: textOf(record.baseline_model),
    baselineNanoUsd: numberOf(record.baseline_nano),
    needs: String(record.needs ?? ""),
    taskType: textOf(record.task_type),
    baseTokens: numberOf(record.base_tokens),
    firstTokenMs: numberOf(record.first_token_ms),
    ms: numberOf(record.ms),
    reservedAtMs: numberOf(record.reserved_at) ?? 0,
    settledAtMs: numberOf(record.settled_at),
    day: String(record.day),
  };
}

export function usageOf(record: Readonly<Record<string, unknown>>): AttemptRow["usage"] {
  return {
    inputTokens: numberOf(record.input_tokens) ?? 0,
    cacheReadTokens: numberOf(record.cache_read_tokens) ?? 0,
    cacheWrite5mTokens: numberOf(record.cache_write_5m_tokens) ?? 0,
    cacheWrite1hTokens: numberOf(record.cache_write_1h_tokens) ?? 0,
    outputTokens: numberOf(record.output_tokens) ?? 0,
    reasoningTokens: numberOf(record.reasoning_tokens) ?? 0,
    provenance: record.usage_provenance === "reported" ? "reported" : "estimated",
  };
}

export function numberOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

export function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}
