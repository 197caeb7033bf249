// Days, weeks and months in people's time zones: the days that have 23, 25 or no midnight hour, and a day that never was.
import assert from "node:assert/strict";
import fc from "fast-check";
import { createCalendar, isoWeekOf, type Period } from "../../../server/money/calendar.ts";

const HOUR = 3_600_000;

describe("calendar", () => {
  const spans: readonly { zone: string; period: Period; at: string; from: string; to: string; why: string }[] = [
    {
      zone: "UTC",
      period: "day",
      at: "2026-11-23T23:59:59.999Z",
      from: "2026-11-23T00:00:00Z",
      to: "2026-11-24T00:00:00Z",
      why: "a plain day",
    },
    {
      zone: "Europe/Berlin",
      period: "day",
      at: "2026-03-29T12:00:00Z",
      from: "2026-03-28T23:00:00Z",
      to: "2026-03-29T22:00:00Z",
      why: "23 hours",
    },
    {
      zone: "Europe/Berlin",
      period: "day",
      at: "2026-10-25T12:00:00Z",
      from: "2026-10-24T22:00:00Z",
      to: "2026-10-25T23:00:00Z",
      why: "25 hours",
    },
    {
      zone: "America/New_York",
      period: "day",
      at: "2026-11-02T03:00:00Z",
      from: "2026-11-01T04:00:00Z",
      to: "2026-11-02T05:00:00Z",
      why: "25 hours",
    },
    {
      zone: "Africa/Cairo",
      period: "day",
      at: "2026-04-24T12:00:00Z",
      from: "2026-04-23T22:00:00Z",
      to: "2026-04-24T21:00:00Z",
      why: "no midnight: it begins at one",
    },
    {
      zone: "America/Havana",
      period: "day",
      at: "2026-11-01T12:00:00Z",
      from: "2026-11-01T04:00:00Z",
      to: "2026-11-02T05:00:00Z",
      why: "midnight comes twice",
    },
    {
      zone: "Australia/Lord_Howe",
      period: "day",
      at: "2026-04-05T12:00:00Z",
      from: "2026-04-04T13:00:00Z",
      to: "2026-04-05T13:30:00Z",
      why: "half an hour more",
    },
    {
      zone: "Asia/Kathmandu",
      period: "day",
      at: "2026-11-23T18:20:00Z",
      from: "2026-11-23T18:15:00Z",
      to: "2026-11-24T18:15:00Z",
      why: "an offset of 5:45",
    },
    {
      zone: "Pacific/Apia",
      period: "day",
      at: "2011-12-31T05:00:00Z",
      from: "2011-12-30T10:00:00Z",
      to: "2011-12-31T10:00:00Z",
      why: "the day after one that never was",
    },
    {
      zone: "Europe/Berlin",
      period: "week",
      at: "2026-03-29T21:59:00Z",
      from: "2026-03-22T23:00:00Z",
      to: "2026-03-29T22:00:00Z",
      why: "a week of 167 hours",
    },
    {
      zone: "Europe/Berlin",
      period: "month",
      at: "2026-10-31T22:30:00Z",
      from: "2026-09-30T22:00:00Z",
      to: "2026-10-31T23:00:00Z",
      why: "a month across the change",
    },
    {
      zone: "America/Los_Angeles",
      period: "month",
      at: "2027-01-01T07:59:59Z",
      from: "2026-12-01T08:00:00Z",
      to: "2027-01-01T08:00:00Z",
      why: "still last year there",
    },
  ];
  for (const { zone, period, at, from, to, why } of spans) {
    it(`${period} of ${at} in ${zone}: ${why}`, () => {
      const span = createCalendar(zone).span(period, Date.parse(at));
      assert.deepEqual(
        [new Date(span.fromMs).toISOString(), new Date(span.toMs).toISOString()],
        [new Date(from).toISOString(), new Date(to).toISOString()],
      );
    });
  }

  it("gives every moment of any zone to exactly one day, and that day its name", () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
    const moments = fc.integer({ min: Date.parse("2000-01-01"), max: Date.parse("2035-01-01") });
    fc.assert(
      fc.property(zones, moments, (zone, ms) => {
        const calendar = createCalendar(zone);
        const { fromMs, toMs } = calendar.span("day", ms);
        assert.ok(fromMs <= ms && ms < toMs);
        assert.ok(toMs - fromMs >= 22 * HOUR && toMs - fromMs <= 26 * HOUR, `${zone} ${(toMs - fromMs) / HOUR} h`);
        const local = new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(ms);
        assert.equal(calendar.dayOf(ms), local);
        assert.equal(createCalendar(zone).span("day", toMs).fromMs, toMs);
      }),
      { numRuns: 200 },
    );
  });

  it("refuses a zone that nobody knows", () => {
    assert.throws(() => createCalendar("Mars/Olympus"), RangeError);
  });

  for (const [day, week] of [
    ["2026-11-23", "2026-W48"],
    ["2027-01-03", "2026-W53"],
    ["2024-12-30", "2025-W01"],
  ] as const)
    it(`${day} is in ${week}`, () => assert.equal(isoWeekOf(day), week));
});
