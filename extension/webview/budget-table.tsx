// The limits in force: spent, held back for running requests, left, and when they begin anew.
import { formatUsd } from "../../shared/money.ts";
import type { DashboardReport } from "../../shared/dashboard.ts";
import { t } from "./words.ts";

export function BudgetTable({ budgets }: { budgets: DashboardReport["budgets"] }) {
  if (budgets.length === 0) return <p class="faint">{t("No limit is set.")}</p>;
  return (
    <div class="table-box" tabIndex={0}>
      <table>
        <caption>{t("Limits")}</caption>
        <thead>
          <tr>
            {[t("Limit"), t("At most"), t("Spent"), t("Reserved"), t("Left"), t("Begins anew")].map((title) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {budgets.map((budget) => (
            <BudgetRow key={`${budget.scope}:${budget.id}:${budget.period}:${budget.kind}`} budget={budget} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function BudgetRow({ budget }: { budget: DashboardReport["budgets"][number] }) {
  const { name, limitNanoUsd, spentNanoUsd, reservedNanoUsd, resetsAt } = budget;
  const left = Math.max(0, limitNanoUsd - spentNanoUsd - reservedNanoUsd);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{formatUsd(limitNanoUsd)}</td>
      <td>{formatUsd(spentNanoUsd)}</td>
      <td>{formatUsd(reservedNanoUsd)}</td>
      <td class={left === 0 ? "empty-limit" : ""}>{formatUsd(left)}</td>
      <td>{resetsAt ? new Date(resetsAt).toLocaleString() : ""}</td>
    </tr>
  );
}
