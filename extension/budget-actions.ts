// Budgets, usage and the status quick pick: small pickers over the sidecar's figures; no arithmetic on money beyond what was typed.
import * as vscode from "vscode";
import type { BudgetLimit } from "../shared/custom.ts";
import { formatUsd } from "../shared/money.ts";
import { type CommandName, commandId } from "./commands.ts";
import type { Sidecar } from "./sidecar.ts";
import { budgetLabel, leftOf, type StatusBar } from "./status-bar.ts";

export interface BudgetParts {
  readonly sidecar: Sidecar;
  readonly statusBar: StatusBar;
}

export function budgetActions(parts: BudgetParts) {
  return {
    setBudget: () => setBudget(parts),
    showStatus: () => showStatus(parts),
    exportUsage: () => exportUsage(parts),
  };
}

type ScopeChoice = Pick<BudgetLimit, "scope" | "period"> & vscode.QuickPickItem;

async function setBudget({ sidecar, statusBar }: BudgetParts): Promise<void> {
  const choices: ScopeChoice[] = [
    { label: vscode.l10n.t("Each day, everything together"), scope: "all", period: "day" },
    { label: vscode.l10n.t("Each month, everything together"), scope: "all", period: "month" },
    { label: vscode.l10n.t("Each day, per workspace"), scope: "workspace", period: "day" },
    { label: vscode.l10n.t("Each conversation"), scope: "conversation" },
    { label: vscode.l10n.t("Each request"), scope: "request" },
  ];
  const chosen = await vscode.window.showQuickPick(choices, { title: vscode.l10n.t("Limit what?") });
  if (!chosen) return;
  const typed = await vscode.window.showInputBox({
    title: chosen.label,
    prompt: vscode.l10n.t("At most how many US dollars? Empty removes the limit. Requests beyond it are refused before they are sent."),
    validateInput: (value) => (value.trim() === "" || dollars(value) !== undefined ? undefined : vscode.l10n.t("A number such as 2.50")),
  });
  if (typed === undefined) return;
  const limit = typed.trim() === "" ? undefined : dollars(typed);
  // The ledger keeps limits for every window, editor and shell of the machine; those of the settings file stay as they are.
  const { stored = [] } = await sidecar.call("budget/get", {});
  const kept = stored.filter(({ scope, period, id }) => scope !== chosen.scope || period !== chosen.period || id !== undefined);
  const added: BudgetLimit[] = limit === undefined ? [] : [{ ...pickScope(chosen), limitUsd: limit, kind: "hard" }];
  await sidecar.call("budget/set", { budgets: [...kept, ...added] });
  await statusBar.refresh();
}

function pickScope({ scope, period }: ScopeChoice): Pick<BudgetLimit, "scope" | "period"> {
  return period ? { scope, period } : { scope };
}

function dollars(text: string): number | undefined {
  const plain = text.trim().replace(/^\$/, "").replace(",", ".");
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : undefined;
}

async function showStatus({ sidecar, statusBar }: BudgetParts): Promise<void> {
  if (sidecar.state === "running") await statusBar.refresh();
  const limits = statusBar.budgets.map((budget) => ({
    label: `$(dashboard) ${budgetLabel(budget)}`,
    description: vscode.l10n.t("{0} spent, {1} left", formatUsd(budget.spentNanoUsd), formatUsd(leftOf(budget))),
    command: "setBudget" as CommandName,
  }));
  const actions: (vscode.QuickPickItem & { command: CommandName })[] = [
    { label: `$(comment-discussion) ${vscode.l10n.t("Open Chat")}`, command: "openChat" },
    { label: `$(graph) ${vscode.l10n.t("Open Dashboard")}`, command: "openDashboard" },
    { label: `$(symbol-misc) ${vscode.l10n.t("Choose Model…")}`, command: "chooseModel" },
    { label: `$(law) ${vscode.l10n.t("Choose Policy…")}`, command: "choosePolicy" },
    { label: `$(credit-card) ${vscode.l10n.t("Set Budget…")}`, command: "setBudget" },
    { label: `$(key) ${vscode.l10n.t("Manage Keys…")}`, command: "manageKeys" },
    { label: `$(output) ${vscode.l10n.t("Show Log")}`, command: "showLog" },
  ];
  const chosen = await vscode.window.showQuickPick([...limits, ...actions], { title: "Latchkey" });
  if (chosen) await vscode.commands.executeCommand(commandId(chosen.command));
}

async function exportUsage({ sidecar }: BudgetParts): Promise<void> {
  const filters = { CSV: ["csv"], JSON: ["json"] };
  const uri = await vscode.window.showSaveDialog({
    filters,
    title: vscode.l10n.t("Export usage (no prompt text is kept, so none is exported)"),
  });
  if (!uri) return;
  const { content, rows } = await sidecar.call("usage/export", { format: uri.path.endsWith(".json") ? "json" : "csv" });
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(content));
  void vscode.window.showInformationMessage(vscode.l10n.t("{0} rows written to {1}.", rows, vscode.workspace.asRelativePath(uri)));
}
