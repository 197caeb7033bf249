// Money, figures and dates as another language writes them; `undefined` for English words, where the house's own form stays.
import { formatUsd, type NanoUsd } from "./money.ts";

/** A BCP 47 tag such as "de". */
export type FigureLanguage = string | undefined;

/** "$0.0042", in German "0,0042 $". A caller says in words what null is. */
export function usdIn(language: FigureLanguage, nanoUsd: NanoUsd): string {
  return figureIn(language, formatUsd(nanoUsd));
}

const DOLLARS = /^-?\$\d[\d,]*(?:\.\d+)?$/;
const NUMBER = /^-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$/;
/** As JSON writes a moment, and as the ledger tells one in a zone. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const DAY = /^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d.*))?$/;

/** A figure that was written in English, in the form of another language; what is no figure stays as it is. */
export function figureIn(language: FigureLanguage, text: string): string {
  if (language === undefined) return text;
  if (DOLLARS.test(text)) return numberIn(language, text.replace("$", ""), { style: "currency", currency: "USD" });
  if (NUMBER.test(text)) return numberIn(language, text, { useGrouping: text.includes(",") });
  if (MOMENT.test(text)) return momentIn(language, text);
  const day = DAY.exec(text);
  return day?.[1] === undefined ? text : [dayIn(language, day[1]), ...(day[2] ? [day[2]] : [])].join(", ");
}

/** With the digits that it has. */
function numberIn(language: string, text: string, how: Intl.NumberFormatOptions): string {
  const plain = text.replaceAll(",", "");
  const digits = plain.split(".")[1]?.length ?? 0;
  return new Intl.NumberFormat(language, { ...how, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(Number(plain));
}

/** Date and time of day where the reader is. */
export function momentIn(language: FigureLanguage, at: string | number): string {
  return new Date(at).toLocaleString(language);
}

/** "2026-11-28", in German "28.11.2026". */
export function dayIn(language: FigureLanguage, day: string): string {
  if (language === undefined || !DAY.test(day)) return day;
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(language, { timeZone: "UTC", dateStyle: "medium" });
}

/** Under a chart, without the year: "11-28", in German "28.11.". */
export function shortDayIn(language: FigureLanguage, day: string): string {
  if (language === undefined || !DAY.test(day)) return day.slice(5);
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(language, { timeZone: "UTC", day: "2-digit", month: "2-digit" });
}
