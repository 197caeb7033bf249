// Days, weeks and months as they begin in a person's time zone, daylight saving included; reads no clock.

export type Period = "day" | "week" | "month";

/** From `fromMs` on, up to but without `toMs`. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Calendar {
  readonly timeZone: string;
  /** "2026-11-23", the local date of a moment. */
  dayOf(ms: number): string;
  /** The day, the week (Monday first) or the month that a moment is in. */
  span(period: Period, ms: number): Span;
  /** The first moment of a local date; a midnight that daylight saving skips begins when the clock goes on. */
  startOf(day: string): number;
}

const DAY_MS = 86_400_000;

/**
 * The machine's own zone. Its name is asked for only when it is told: the time zones' data takes as long to load as half
 * of Node, and what the clock shows is known without it.
 */
export function ownCalendar(): Calendar {
  const name = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
  return calendarOver(name, (ms) => ms - new Date(ms).getTimezoneOffset() * 60_000);
}

/** Throws a RangeError for a name that is no IANA time zone. */
export function createCalendar(timeZone: string): Calendar {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  /** The moment's wall clock, written as if it were UTC. */
  const wallMs = (ms: number): number => {
    const parts: Record<string, number> = {};
    for (const part of format.formatToParts(ms)) parts[part.type] = Number(part.value);
    return Date.UTC(parts.year ?? 0, (parts.month ?? 1) - 1, parts.day ?? 1, parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0);
  };
  return calendarOver(() => timeZone, wallMs);
}

function calendarOver(nameOf: () => string, wallMs: (ms: number) => number): Calendar {
  const startOfDate = (dateMs: number): number => {
    const offsets = [-DAY_MS, DAY_MS].map((shift) => wallMs(dateMs + shift) - (dateMs + shift));
    const moments = offsets.map((offset) => dateMs - offset).sort((left, right) => left - right);
    return moments.find((moment) => wallMs(moment) >= dateMs && wallMs(moment - 1000) < dateMs) ?? moments[0] ?? dateMs;
  };
  const spans = new Map<Period, Span>();
  const span = (period: Period, ms: number): Span => {
    const known = spans.get(period);
    if (known !== undefined && known.fromMs <= ms && ms < known.toMs) return known;
    const dates = datesOf(period, Math.floor(wallMs(ms) / DAY_MS) * DAY_MS);
    const found = { fromMs: startOfDate(dates.first), toMs: startOfDate(dates.next) };
    spans.set(period, found);
    return found;
  };
  let today = { fromMs: 0, toMs: 0, day: "" };
  const dayOf = (ms: number): string => {
    if (ms < today.fromMs || ms >= today.toMs)
      today = { ...span("day", ms), day: new Date(Math.floor(wallMs(ms) / DAY_MS) * DAY_MS).toISOString().slice(0, 10) };
    return today.day;
  };
  return {
    get timeZone() {
      return nameOf();
    },
    dayOf,
    span,
    startOf: (day) => startOfDate(Date.parse(`${day}T00:00:00Z`)),
  };
}

/** In the zone that was asked for, or in the machine's own where none was, or one that nobody knows. */
export function calendarFor(asked: string | null, own: string | Calendar): Calendar {
  const fallback = (): Calendar => (typeof own === "string" ? createCalendar(own) : own);
  if (asked === null) return fallback();
  try {
    return createCalendar(asked);
  } catch {
    return fallback();
  }
}

/** The first date of the period and the first of the next one, both as midnight UTC. */
function datesOf(period: Period, dateMs: number): { first: number; next: number } {
  const date = new Date(dateMs);
  switch (period) {
    case "day":
      return { first: dateMs, next: dateMs + DAY_MS };
    case "week": {
      const first = dateMs - ((date.getUTCDay() + 6) % 7) * DAY_MS;
      return { first, next: first + 7 * DAY_MS };
    }
    case "month":
      return {
        first: Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1),
        next: Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1),
      };
  }
}

/** "2026-W48", the ISO week of a local date. */
export function isoWeekOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  const thursday = new Date(date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * DAY_MS);
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / (7 * DAY_MS));
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, "0")}`;
}
