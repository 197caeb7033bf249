// One grouping of what was spent, dearest first, each row with its share as a bar.
import { totalInputTokens } from "../../shared/money.ts";
import type { SummaryRow } from "../../shared/spending.ts";
import { count, usd } from "./figures.ts";
import { t } from "./words.ts";

interface SpendTableProps {
  readonly title: string;
  readonly rows: readonly SummaryRow[];
  nameOf(row: SummaryRow): string;
}

export function SpendTable({ title, rows, nameOf }: SpendTableProps) {
  const most = Math.max(1, ...rows.map(({ costNanoUsd }) => costNanoUsd));
  const sorted = [...rows].sort((a, b) => b.costNanoUsd - a.costNanoUsd);
  return (
    <div class="table-box" tabIndex={0}>
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{t("Name")}</th>
            <th scope="col">{t("Spent")}</th>
            <th scope="col">{t("Requests")}</th>
            <th scope="col">{t("Tokens in")}</th>
            <th scope="col">{t("Tokens out")}</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={nameOf(row)}>
              <th scope="row">{nameOf(row)}</th>
              <td>
                <meter min={0} max={most} value={row.costNanoUsd} aria-hidden="true" /> {usd(row.costNanoUsd)}
                {row.unpriced > 0 && ` + ${t("{0} unpriced", row.unpriced)}`}
              </td>
              <td class="number">{row.requests}</td>
              <td class="number">{count(totalInputTokens(row.usage))}</td>
              <td class="number">{count(row.usage.outputTokens)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
