// Spending by day as stacked bars, a colour a provider; the same figures stand in a table for who cannot see the drawing.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { DashboardReport } from "../../shared/dashboard.ts";
import { day, shortDay, usd } from "./figures.ts";
import { t } from "./words.ts";

const HEIGHT_PX = 220;
const COLOURS = ["blue", "orange", "green", "purple", "red", "yellow"];

interface Stack {
  readonly provider: string;
  /** Of each day, in nano-dollars. */
  readonly own: number[];
  /** With everything below it. */
  readonly top: (number | null)[];
}

export function SpendChart({ report }: { report: DashboardReport }) {
  const box = useRef<HTMLDivElement>(null);
  const stacks = stacksOf(report);
  const theme = useTheme();
  useLayoutEffect(() => {
    if (!box.current) return undefined;
    const chart = new uPlot(options(box.current, stacks, report.dates), dataOf(stacks, report.dates), box.current);
    const sized = new ResizeObserver(([entry]) => entry && chart.setSize({ width: entry.contentRect.width, height: HEIGHT_PX }));
    sized.observe(box.current);
    return () => {
      sized.disconnect();
      chart.destroy();
    };
  }, [report, theme]);
  return (
    <section aria-label={t("Spent by day")}>
      <h2>{t("Spent by day")}</h2>
      <div class="chart" ref={box} role="img" aria-label={summaryFor(stacks, report.dates)} />
      <details>
        <summary>{t("As a table")}</summary>
        <DayTable stacks={stacks} dates={report.dates} />
      </details>
    </section>
  );
}

/** A drawing takes no colour from the theme by itself: it is drawn anew with another one. */
function useTheme(): string {
  const name = () => `${document.body.className} ${document.body.dataset.vscodeThemeId ?? ""}`;
  const [theme, setTheme] = useState(name);
  useLayoutEffect(() => {
    const changes = new MutationObserver(() => setTheme(name()));
    changes.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
    return () => changes.disconnect();
  }, []);
  return theme;
}

function stacksOf({ byDayAndProvider, dates }: DashboardReport): Stack[] {
  const providers = [...new Set(byDayAndProvider.map(({ provider }) => provider ?? ""))].sort();
  const below = dates.map(() => 0);
  return providers.map((provider) => {
    const own = dates.map((day) => byDayAndProvider.find((row) => row.day === day && row.provider === provider)?.costNanoUsd ?? 0);
    const top = own.map((nanoUsd, index) => {
      below[index] = (below[index] ?? 0) + nanoUsd;
      // Nothing spent is no bar, not one without height.
      return nanoUsd === 0 ? null : (below[index] ?? 0);
    });
    return { provider, own, top };
  });
}

/** uPlot draws series one over the other: the highest stack first, so that each lower one covers its part. */
function dataOf(stacks: readonly Stack[], dates: readonly string[]): uPlot.AlignedData {
  return [dates.map((_, index) => index), ...[...stacks].reverse().map(({ top }) => top)];
}

function options(box: HTMLElement, stacks: readonly Stack[], dates: readonly string[]): uPlot.Options {
  const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "gray";
  const axis = { stroke: colour("--vscode-foreground"), grid: { stroke: colour("--vscode-editorWidget-border"), width: 1 } };
  const bars = uPlot.paths.bars?.({ size: [0.7, 40] });
  const series = [...stacks].reverse().map(({ provider, own }, index) => {
    const fill = colour(`--vscode-charts-${COLOURS[(stacks.length - 1 - index) % COLOURS.length]}`);
    const value = (_: uPlot, __: number, ___: number, at: number | null) => usd(own[at ?? own.length - 1] ?? 0);
    return { label: provider, fill, stroke: fill, ...(bars ? { paths: bars } : {}), points: { show: false }, value };
  });
  return {
    width: box.clientWidth || 600,
    height: HEIGHT_PX,
    scales: { x: { time: false, range: [-0.6, dates.length - 0.4] }, y: { range: (_, __, most) => [0, most > 0 ? most * 1.05 : 1] } },
    axes: [
      // The bars themselves say where a day is.
      { ...axis, grid: { show: false }, values: (_, ticks) => ticks.map((at) => shortDay(dates[at] ?? "")) },
      { ...axis, size: 80, values: (_, ticks) => ticks.map((nanoUsd) => usd(nanoUsd)) },
    ],
    series: [{ label: t("Day"), value: (_, __, ___, at) => day(dates[at ?? dates.length - 1] ?? "") }, ...series],
    legend: { live: true },
  };
}

function summaryFor(stacks: readonly Stack[], dates: readonly string[]): string {
  const total = stacks.flatMap(({ own }) => own).reduce((sum, nanoUsd) => sum + nanoUsd, 0);
  return t("Bar chart: {0} spent from {1} to {2}", usd(total), day(dates[0] ?? ""), day(dates.at(-1) ?? ""));
}

function DayTable({ stacks, dates }: { stacks: readonly Stack[]; dates: readonly string[] }) {
  return (
    <div class="table-box" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("Day")}</th>
            {stacks.map(({ provider }) => (
              <th scope="col" key={provider}>
                {provider}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {dates.map((date, index) => (
            <tr key={date}>
              <th scope="row">{day(date)}</th>
              {stacks.map(({ provider, own }) => (
                <td key={provider}>{usd(own[index] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
