// The dashboard's page: what was spent, on what, against which limits; shows figures and changes none.
import { render } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import type { DashboardReport, ToDashboard } from "../../shared/dashboard.ts";
import type { SummaryRow } from "../../shared/spending.ts";
import { BudgetTable } from "./budget-table.tsx";
import { onMessage, post } from "./dashboard-host.ts";
import { usd } from "./figures.ts";
import { RequestTable } from "./request-table.tsx";
import { SpendChart } from "./spend-chart.tsx";
import { SpendTable } from "./spend-table.tsx";
import { t } from "./words.ts";

const SPANS = [7, 30, 90, 365] as const;

function Page() {
  const [message, setMessage] = useState<ToDashboard | null>(null);
  useLayoutEffect(() => {
    onMessage(setMessage);
    post({ type: "ready" });
  }, []);
  if (!message) return <p role="status">{t("Adding up…")}</p>;
  if (message.type === "problem") return <p role="alert">{message.message}</p>;
  return <Report report={message.report} />;
}

function Report({ report }: { report: DashboardReport }) {
  return (
    <main>
      <header>
        <h1>{t("Latchkey Dashboard")}</h1>
        <label>
          {t("Span")}{" "}
          <select value={report.days} onChange={(event) => post({ type: "span", days: Number(event.currentTarget.value) })}>
            {SPANS.map((days) => (
              <option key={days} value={days}>
                {t("{0} days", days)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="quiet" onClick={() => post({ type: "command", command: "exportUsage" })}>
          {t("Export…")}
        </button>
        <button type="button" class="quiet" onClick={() => post({ type: "command", command: "setBudget" })}>
          {t("Set Budget…")}
        </button>
      </header>
      <Totals rows={report.byProvider} />
      {report.byProvider.length === 0 ? <Nothing /> : <Details report={report} />}
      <BudgetTable budgets={report.budgets} />
    </main>
  );
}

function Details({ report }: { report: DashboardReport }) {
  return (
    <>
      <SpendChart report={report} />
      <div class="tables">
        <SpendTable title={t("By model")} rows={report.byModel} nameOf={({ model }) => model ?? ""} />
        <SpendTable title={t("By provider")} rows={report.byProvider} nameOf={({ provider }) => provider ?? ""} />
        <SpendTable title={t("By workspace")} rows={report.byWorkspace} nameOf={workspaceOf} />
      </div>
      <RequestTable requests={report.requests} />
    </>
  );
}

function Totals({ rows }: { rows: readonly SummaryRow[] }) {
  const sum = (of: (row: SummaryRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  const unpriced = sum((row) => row.unpriced);
  const figures = [
    { label: t("Spent"), value: usd(sum((row) => row.costNanoUsd)) },
    { label: t("Saved against the baseline"), value: usd(sum((row) => row.savingsNanoUsd)) },
    { label: t("Requests"), value: String(sum((row) => row.requests)) },
    ...(unpriced > 0 ? [{ label: t("Without a known price"), value: String(unpriced) }] : []),
  ];
  return (
    <dl class="totals">
      {figures.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Nothing() {
  return (
    <p>
      {t("Nothing was asked in this time.")}{" "}
      <button type="button" onClick={() => post({ type: "command", command: "ask" })}>
        {t("Ask…")}
      </button>
    </p>
  );
}

/** A folder's last name says more than its address. */
function workspaceOf({ workspace }: SummaryRow): string {
  return decodeURIComponent(workspace?.replace(/\/$/, "").split("/").at(-1) ?? "") || t("no workspace");
}

const root = document.getElementById("root");
if (root) render(<Page />, root);
