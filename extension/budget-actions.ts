// Budgets, usage and the status quick pick: small pickers over the sidecar's figures; no arithmetic on money beyond what was typed.
import * as vscode from "vscode";
import type { BudgetLimit } from "../shared/custom.ts";
import { NANO_PER_USD } from "../shared/money.ts";
import { type CommandName, commandId } from "./commands.ts";
import { decimal, moment, usd } from "./figures.ts";
import type { Sidecar } from "./sidecar.ts";
import type { SoftAnswer, SoftRefusal } from "./soft-limits.ts";
import { leftOf } from "./limits.ts";
import { limitLabel, limitName } from "./limit-words.ts";
import type { StatusBar } from "./status-bar.ts";

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
    prompt: vscode.l10n.t("At most how many US dollars? Empty removes the limit."),
    validateInput: (value) => (value.trim() === "" || dollars(value) !== undefined ? undefined : vscode.l10n.t("A number such as 2.50")),
  });
  if (typed === undefined) return;
  const limit = typed.trim() === "" ? undefined : dollars(typed);
  const kind = limit === undefined ? undefined : await kindOfLimit();
  if (limit !== undefined && kind === undefined) return;
  // The ledger keeps limits for every window, editor and shell of the machine; those of the settings file stay as they are.
  const { stored = [] } = await sidecar.call("budget/get", {});
  const isIt = (given: BudgetLimit) => given.scope === chosen.scope && given.period === chosen.period && given.id === undefined;
  // One that refuses and one that asks may stand side by side; removing takes both.
  const kept = stored.filter((given) => !isIt(given) || (kind !== undefined && given.kind !== kind));
  const added: BudgetLimit[] = limit === undefined || kind === undefined ? [] : [{ ...pickScope(chosen), limitUsd: limit, kind }];
  await sidecar.call("budget/set", { budgets: [...kept, ...added] });
  await statusBar.refresh();
}

async function kindOfLimit(): Promise<BudgetLimit["kind"] | undefined> {
  const kinds: (vscode.QuickPickItem & { limitKind: BudgetLimit["kind"] })[] = [
    { label: vscode.l10n.t("Refuse what would pass it"), limitKind: "hard" },
    { label: vscode.l10n.t("Ask me before it is passed"), limitKind: "soft" },
  ];
  return (await vscode.window.showQuickPick(kinds, { title: vscode.l10n.t("And beyond it?") }))?.limitKind;
}

/** The one dialog about a soft limit: send, raise it, or leave it. */
export async function askAboutSoftLimit(sidecar: Sidecar, refusal: SoftRefusal): Promise<SoftAnswer> {
  const { t } = vscode.l10n;
  const { limitNanoUsd, spentNanoUsd, neededNanoUsd, resetsAt, cheaper } = refusal;
  const [send, raise] = [t("Send Anyway"), t("Raise Limit…")];
  const question = t("This prompt may pass a soft limit: {0}", limitName({ ...refusal, kind: "hard" }));
  const lines = [
    t("{0} of {1} are spent, and this prompt could cost up to {2}.", usd(spentNanoUsd), usd(limitNanoUsd), usd(neededNanoUsd)),
    ...(cheaper ? [t("{0} would fit: at most {1}.", cheaper.model, usd(cheaper.worstNanoUsd))] : []),
    resetsAt === undefined
      ? t("You are asked once for this limit.")
      : t("You are asked once for this limit until it begins anew: {0}.", moment(resetsAt)),
  ];
  const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail: lines.join("\n") }, send, raise);
  if (chosen === send) return "proceed";
  return chosen === raise && (await raiseSoftLimit(sidecar, refusal)) ? "raised" : "cancel";
}

/** True when it was raised; a limit of the settings file is shown there, where only its owner changes it. */
async function raiseSoftLimit(sidecar: Sidecar, { scope, id, period, limitNanoUsd }: SoftRefusal): Promise<boolean> {
  const { stored = [] } = await sidecar.call("budget/get", {});
  const isIt = (limit: BudgetLimit) =>
    limit.kind === "soft" && limit.scope === scope && limit.period === period && (limit.id === undefined || limit.id === id);
  if (!stored.some(isIt)) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "latchkey.budgets");
    return false;
  }
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t("Raise Limit…"),
    prompt: vscode.l10n.t("The new soft limit in US dollars"),
    value: decimal((2 * limitNanoUsd) / NANO_PER_USD),
    validateInput: (value) => (dollars(value) !== undefined ? undefined : vscode.l10n.t("A number such as 2.50")),
  });
  const limitUsd = typed === undefined ? undefined : dollars(typed);
  if (limitUsd === undefined) return false;
  await sidecar.call("budget/set", { budgets: stored.map((limit) => (isIt(limit) ? { ...limit, limitUsd } : limit)) });
  return true;
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
    label: `$(dashboard) ${limitLabel(budget)}`,
    description: vscode.l10n.t("{0} spent, {1} left", usd(budget.spentNanoUsd), usd(leftOf(budget))),
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
