// What every door may ask of the sidecar, once it is built; compose.ts builds it.
import type { NotificationMethod, NotificationOf, ParamsOf, ResultOf } from "../shared/protocol.ts";
import type { Settings, SettingProblem } from "../shared/settings.ts";
import type { ProbeCheck, ProbeReport } from "../shared/probe.ts";
import type { Caller } from "./chat/parts.ts";
import type { Reports } from "./money/reports.ts";
import type { Conversations } from "./conversations/desk.ts";
import type { Send } from "./chat/send.ts";
import type { KeysReport } from "./keys/doctor.ts";

export interface ImportedKeys {
  readonly kept: readonly (ResultOf<"key/set"> & { readonly at: string })[];
  /** Names that look like keys of providers we do not know; nothing was done with them. */
  readonly unknown: readonly string[];
}

export interface House {
  readonly send: Send;
  quote(draft: ParamsOf<"chat/estimate">): Promise<ResultOf<"chat/estimate">>;
  preview(draft: ParamsOf<"route/preview">): Promise<ResultOf<"route/preview">>;
  /** An image in words; what is known of it already costs nothing. */
  describeImage(params: ParamsOf<"image/describe">, caller: Caller): Promise<ResultOf<"image/describe">>;
  correctImage(params: ParamsOf<"image/correct">): Promise<ResultOf<"image/correct">>;
  listModels(params: ParamsOf<"model/list">): Promise<ResultOf<"model/list">>;
  refreshModels(signal: AbortSignal): Promise<ResultOf<"model/refresh">>;
  listProviders(): Promise<ResultOf<"provider/list">>;
  /** `onCheck` hears of each check as soon as it is done. */
  probe(
    params: ParamsOf<"provider/probe">,
    caller: Pick<Caller, "editor" | "signal">,
    onCheck?: (check: ProbeCheck) => void,
  ): Promise<ProbeReport>;
  listKeys(): Promise<ResultOf<"key/list">>;
  setKey(params: ParamsOf<"key/set">): Promise<ResultOf<"key/set">>;
  deleteKey(params: ParamsOf<"key/delete">): Promise<ResultOf<"key/delete">>;
  /** Which source won for every provider and why, and what this machine has. */
  examineKeys(): Promise<KeysReport>;
  /** Keeps the keys found in an env file or another tool's file in the vault. */
  importKeys(text: string, parseYaml: (text: string) => unknown): Promise<ImportedKeys>;
  testKey(provider: string, signal: AbortSignal): Promise<ResultOf<"key/test">>;
  readonly conversations: Conversations;
  budgets(): Promise<ResultOf<"budget/get">>;
  setBudgets(budgets: ParamsOf<"budget/set">["budgets"]): Promise<ResultOf<"budget/set">>;
  budgetStatus(): Promise<ResultOf<"budget/status">>;
  summarise(params: ParamsOf<"usage/summary">): Promise<ResultOf<"usage/summary">>;
  exportUsage(params: ParamsOf<"usage/export">): Promise<ResultOf<"usage/export">>;
  /** What the command line asks beyond that: savings, repricing, reconciling. */
  readonly reports: Reports;
  readonly settings: () => Settings;
  /** New settings from the client; what was wrong with them is returned and logged, the rest holds. */
  configure(given: unknown): readonly SettingProblem[];
  onNotification(listener: <Method extends NotificationMethod>(method: Method, params: NotificationOf<Method>) => void): void;
  close(): Promise<void>;
}
