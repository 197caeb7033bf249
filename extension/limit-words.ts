// What a limit is called, in the reader's language: in dialogs, pickers, tooltips and the dashboard alike.
import * as vscode from "vscode";
import type { BudgetState } from "../shared/spending.ts";
import { usd } from "./figures.ts";

type Named = Pick<BudgetState, "scope" | "id" | "period" | "kind">;

/** "All spending, each day"; "(asks)" behind a soft one. */
export function limitName({ scope, id, period, kind }: Named): string {
  const what = subjectOf(scope, id);
  const often = period === undefined ? what : oftenOf(period, what);
  return kind === "soft" ? vscode.l10n.t("{0} (asks)", often) : often;
}

/** "All spending, each day: at most $2.00" */
export function limitLabel(limit: Named & Pick<BudgetState, "limitNanoUsd">): string {
  return vscode.l10n.t("{0}: at most {1}", limitName(limit), usd(limit.limitNanoUsd));
}

function subjectOf(scope: BudgetState["scope"], id: string | undefined): string {
  const { t } = vscode.l10n;
  switch (scope) {
    case "all":
      return t("All spending");
    case "request":
      return t("Each request");
    case "conversation":
      return t("Each conversation");
    case "workspace":
      return id ? t("Workspace {0}", folderName(id)) : t("Each workspace");
    case "provider":
      return id ? t("Provider {0}", id) : t("Each provider");
    case "model":
      return id ? t("Model {0}", id) : t("Each model");
  }
}

function oftenOf(period: NonNullable<BudgetState["period"]>, what: string): string {
  const { t } = vscode.l10n;
  switch (period) {
    case "day":
      return t("{0}, each day", what);
    case "week":
      return t("{0}, each week", what);
    case "month":
      return t("{0}, each month", what);
  }
}

/** A folder's last name says more than its address. */
function folderName(address: string): string {
  return decodeURIComponent(address.replace(/\/$/, "").split("/").at(-1) ?? "") || address;
}
