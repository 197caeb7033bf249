// The dashboard's editor tab: asks the sidecar for figures and hands them to the webview; changes nothing, computes no price.
import * as vscode from "vscode";
import { type DashboardReport, FromDashboard, LedgerAttempt, type ToDashboard } from "../shared/dashboard.ts";
import { type CommandName, commandId } from "./commands.ts";
import { limitName } from "./limit-words.ts";
import type { Log } from "./log.ts";
import { failureView } from "./repairs.ts";
import type { Sidecar } from "./sidecar.ts";
import { tabIcon } from "./tab-icon.ts";
import { pageHtml, webviewOptions } from "./webview-page.ts";

const VIEW_TYPE = "latchkey.dashboard";
const DAY_MS = 86_400_000;
const REQUESTS_MAX = 200;
/** Single requests are looked at while they are remembered; sums go back further. */
const REQUEST_DAYS_MAX = 7;

export interface DashboardParts {
  readonly extensionUri: vscode.Uri;
  readonly sidecar: Sidecar;
  readonly log: Log;
}

export class Dashboard implements vscode.Disposable {
  readonly #parts: DashboardParts;
  #tab: vscode.WebviewPanel | undefined;
  #days = 30;

  constructor(parts: DashboardParts) {
    this.#parts = parts;
  }

  /** One tab a window: opening it again brings it to the front with fresh figures. */
  async open(): Promise<void> {
    if (this.#tab) {
      this.#tab.reveal();
      return this.refresh();
    }
    const { extensionUri } = this.#parts;
    const tab = vscode.window.createWebviewPanel(VIEW_TYPE, vscode.l10n.t("Latchkey Dashboard"), vscode.ViewColumn.Active, {
      ...webviewOptions(extensionUri),
    });
    this.#tab = tab;
    tab.iconPath = tabIcon(extensionUri);
    tab.webview.onDidReceiveMessage((given: unknown) => void this.#receive(given));
    tab.onDidDispose(() => {
      this.#tab = undefined;
    });
    tab.webview.html = pageHtml({ webview: tab.webview, extensionUri, bundle: "dashboard", title: "Latchkey" });
  }

  /** New figures for an open dashboard; a closed one costs nothing. */
  async refresh(): Promise<void> {
    if (!this.#tab) return;
    try {
      this.#post({ type: "report", report: await this.#report() });
    } catch (error) {
      this.#post({ type: "problem", message: failureView(error).message });
    }
  }

  dispose(): void {
    this.#tab?.dispose();
  }

  #post(message: ToDashboard): void {
    void this.#tab?.webview.postMessage(message);
  }

  async #receive(given: unknown): Promise<void> {
    const parsed = FromDashboard.safeParse(given);
    if (!parsed.success) return;
    const message = parsed.data;
    if (message.type === "command") return void (await vscode.commands.executeCommand(commandId(message.command satisfies CommandName)));
    if (message.type === "span") this.#days = message.days;
    await this.refresh();
  }

  async #report(): Promise<DashboardReport> {
    const { sidecar } = this.#parts;
    const dates = lastDays(this.#days, new Date());
    const range = { from: dates[0] ?? "", to: dates.at(-1) ?? "" };
    const by = async (...keys: ("day" | "model" | "provider" | "workspace")[]) =>
      (await sidecar.call("usage/summary", { by: keys, ...range })).rows;
    const [byDayAndProvider, byModel, byProvider, byWorkspace, { budgets }, requests] = await Promise.all([
      by("day", "provider"),
      by("model"),
      by("provider"),
      by("workspace"),
      sidecar.call("budget/status", {}),
      this.#requests({ ...range, from: dates.at(-REQUEST_DAYS_MAX) ?? range.from }),
    ]);
    const named = budgets.map((budget) => ({ ...budget, name: limitName(budget) }));
    return { days: this.#days, dates, byDayAndProvider, byModel, byProvider, byWorkspace, budgets: named, requests };
  }

  /** The ledger's own rows, an attempt each, put together by request. */
  async #requests(range: { from: string; to: string }): Promise<LedgerAttempt[][]> {
    const { content } = await this.#parts.sidecar.call("usage/export", { format: "json", ...range });
    const rows: unknown = JSON.parse(content);
    const attempts = (Array.isArray(rows) ? rows : []).flatMap((row) => {
      const attempt = LedgerAttempt.safeParse(row);
      return attempt.success ? [attempt.data] : [];
    });
    const byChat = new Map<string, LedgerAttempt[]>();
    for (const attempt of attempts) byChat.set(attempt.chatId, [...(byChat.get(attempt.chatId) ?? []), attempt]);
    return [...byChat.values()].sort((a, b) => startOf(b) - startOf(a)).slice(0, REQUESTS_MAX);
  }
}

function startOf(attempts: readonly LedgerAttempt[]): number {
  return attempts[0]?.reservedAtMs ?? 0;
}

/** Days by the reader's own calendar, as the ledger counts them. */
function lastDays(count: number, now: Date): string[] {
  return Array.from({ length: count }, (_, index) => {
    const date = new Date(now.getTime() - (count - 1 - index) * DAY_MS);
    return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  });
}
