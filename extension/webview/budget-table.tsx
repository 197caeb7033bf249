// The limits in force: spent, held back for running requests, left, and when they begin anew.
import type { DashboardReport } from "../../shared/dashboard.ts";
import { moment, usd } from "./figures.ts";
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
      <td>{usd(limitNanoUsd)}</td>
      <td>{usd(spentNanoUsd)}</td>
      <td>{usd(reservedNanoUsd)}</td>
      <td class={left === 0 ? "empty-limit" : ""}>{usd(left)}</td>
      <td>{resetsAt ? moment(resetsAt) : ""}</td>
    </tr>
  );
}
