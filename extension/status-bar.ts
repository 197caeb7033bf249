// The one status bar item: today's cost and what is left of the tightest limit; asks nothing until the sidecar runs.
import * as vscode from "vscode";
import type { Cost } from "../shared/money.ts";
import type { NotificationOf } from "../shared/protocol.ts";
import type { BudgetState } from "../shared/spending.ts";
import { commandId } from "./commands.ts";
import { usd } from "./figures.ts";
import { limitLabel } from "./limit-words.ts";
import { alarmFor, leftOf, tightestOf } from "./limits.ts";
import type { Sidecar } from "./sidecar.ts";
import { nothingAsked } from "./status-item.ts";

export class StatusBar implements vscode.Disposable {
  readonly #sidecar: Sidecar;
  readonly #item: vscode.StatusBarItem;
  readonly #disposables: vscode.Disposable[];
  #todayNanoUsd: number | undefined;
  /** What this window's answers cost; shown when no ledger says what the day cost. */
  #windowNanoUsd: number | undefined;
  #budgets: readonly BudgetState[] = [];
  #answering = false;

  constructor(sidecar: Sidecar, item: vscode.StatusBarItem) {
    this.#sidecar = sidecar;
    this.#item = item;
    this.#disposables = [
      sidecar.on("budget/changed", (changed) => this.#changed(changed)),
      sidecar.onState((state) => {
        if (state === "running") void this.refresh();
        this.#draw();
      }),
    ];
    this.#draw();
  }

  get budgets(): readonly BudgetState[] {
    return this.#budgets;
  }

  /** Asks for the figures anew; after an answer, or when the sidecar has come up. */
  async refresh(): Promise<void> {
    if (this.#sidecar.state !== "running") return;
    try {
      const { budgets, todayNanoUsd } = await this.#sidecar.call("budget/status", {});
      this.#budgets = budgets;
      this.#todayNanoUsd = todayNanoUsd ?? this.#todayNanoUsd;
      this.#draw();
    } catch {
      // A sidecar that is going down answers nothing; the next start asks again.
    }
  }

  /** An answer was paid for; the ledger's own figure follows when there is one. */
  add({ nanoUsd }: Cost): void {
    this.#windowNanoUsd = (this.#windowNanoUsd ?? 0) + (nanoUsd ?? 0);
    this.#draw();
    void this.refresh();
  }

  get #spentNanoUsd(): number | undefined {
    return this.#todayNanoUsd ?? this.#windowNanoUsd;
  }

  set answering(answering: boolean) {
    this.#answering = answering;
    this.#draw();
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #changed({ budgets, todayNanoUsd, alert }: NotificationOf<"budget/changed">): void {
    this.#budgets = budgets;
    this.#todayNanoUsd = todayNanoUsd;
    this.#draw();
    if (alert) void this.#warn(alert.message);
  }

  async #warn(message: string): Promise<void> {
    const change = vscode.l10n.t("Change Budget");
    if ((await vscode.window.showWarningMessage(message, change)) === change) await vscode.commands.executeCommand(commandId("setBudget"));
  }

  #draw(): void {
    const tightest = tightestOf(this.#budgets);
    const icon = this.#answering ? "$(loading~spin)" : "$(key)";
    const spent = this.#spentNanoUsd === undefined ? "Latchkey" : usd(this.#spentNanoUsd);
    const left = tightest ? ` · ${vscode.l10n.t("{0} left", usd(leftOf(tightest)))}` : "";
    this.#item.text = `${icon} ${spent}${left}`;
    this.#item.tooltip = this.#tooltip();
    this.#item.accessibilityInformation = { label: this.#spokenLabel(left), role: "button" };
    this.#item.backgroundColor = backgroundFor(this.#budgets);
  }

  #spokenLabel(left: string): string {
    if (this.#spentNanoUsd === undefined) return "Latchkey";
    return vscode.l10n.t("Latchkey: {0} spent today{1}", usd(this.#spentNanoUsd), left);
  }

  #tooltip(): vscode.MarkdownString {
    const text = new vscode.MarkdownString("", true);
    if (this.#spentNanoUsd === undefined) return text.appendText(nothingAsked());
    text.appendMarkdown(`**${vscode.l10n.t("Latchkey today: {0}", usd(this.#spentNanoUsd))}**\n\n`);
    if (this.#budgets.length === 0) return text.appendText(vscode.l10n.t("No limit is set."));
    text.appendMarkdown(
      `| ${[vscode.l10n.t("Limit"), vscode.l10n.t("Spent"), vscode.l10n.t("Reserved"), vscode.l10n.t("Left")].join(" | ")} |\n`,
    );
    text.appendMarkdown("| --- | ---: | ---: | ---: |\n");
    for (const budget of this.#budgets) text.appendMarkdown(`| ${row(budget).map(cell).join(" | ")} |\n`);
    return text;
  }
}

function row(budget: BudgetState): string[] {
  return [limitLabel(budget), usd(budget.spentNanoUsd), usd(budget.reservedNanoUsd), usd(leftOf(budget))];
}

/** A workspace's name may hold what Markdown takes for a sign. */
function cell(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+!|]/g, "\\$&");
}

const BACKGROUNDS = { refuses: "statusBarItem.errorBackground", asks: "statusBarItem.warningBackground" } as const;

function backgroundFor(budgets: readonly BudgetState[]): vscode.ThemeColor | undefined {
  const alarm = alarmFor(budgets);
  return alarm && new vscode.ThemeColor(BACKGROUNDS[alarm]);
}
