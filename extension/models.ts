// The model list as this window knows it, and the pickers for model and policy; asks the sidecar, decides nothing about routing.
import * as vscode from "vscode";
import type { Capability } from "../shared/model.ts";
import type { ModelChoice } from "../shared/panel.ts";
import type { ResultOf } from "../shared/protocol.ts";
import type { ProviderStatus } from "../shared/provider.ts";
import type { Policy } from "../shared/route.ts";
import type { Choice } from "./choice.ts";
import { timeOfDay, usd } from "./figures.ts";
import type { Sidecar } from "./sidecar.ts";

export type ListedModel = ResultOf<"model/list">["models"][number];

export class Models implements vscode.Disposable {
  readonly #sidecar: Sidecar;
  readonly #choice: Choice;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];
  #models: readonly ListedModel[] = [];
  #providers: readonly ProviderStatus[] = [];
  readonly onChange = this.#changed.event;

  constructor(sidecar: Sidecar, choice: Choice) {
    this.#sidecar = sidecar;
    this.#choice = choice;
    const reload = () => void this.load().catch(() => undefined);
    this.#disposables = [
      choice.onChange(() => this.#changed.fire()),
      sidecar.onState((state) => state === "running" && reload()),
      sidecar.on("catalog/changed", reload),
      sidecar.on("health/changed", reload),
    ];
  }

  get policy(): Policy {
    return this.#choice.policy;
  }

  get models(): readonly ListedModel[] {
    return this.#models;
  }

  get providers(): readonly ProviderStatus[] {
    return this.#providers;
  }

  /** No key and no local model: only the demo can answer. False as long as nothing is known. */
  get needsKey(): boolean {
    const usable = ({ id, enabled, needsKey, hasKey, models }: ProviderStatus) =>
      id !== "demo" && enabled && (needsKey ? hasKey : models > 0);
    return this.#providers.length > 0 && !this.#providers.some(usable);
  }

  chosen(): ModelChoice {
    const id = this.#choice.model;
    if (id === "auto") return { id, label: vscode.l10n.t("Auto"), detail: vscode.l10n.t("The router chooses for each prompt") };
    const model = this.#models.find((listed) => listed.id === id);
    return { id, label: model ? shownName(model.name) : id, detail: model ? describe(model) : id };
  }

  async load(): Promise<void> {
    const [{ models }, { providers }] = await Promise.all([this.#sidecar.call("model/list", {}), this.#sidecar.call("provider/list", {})]);
    this.#models = models;
    this.#providers = providers;
    this.#changed.fire();
  }

  async setPolicy(policy: Policy): Promise<void> {
    await this.#choice.setPolicy(policy);
  }

  /** Lets the user choose for this workspace from here on. */
  async choose(): Promise<void> {
    const id = await this.pick(vscode.l10n.t("Model for this workspace"), true);
    if (id) await this.#choice.setModel(id);
  }

  async choosePolicy(): Promise<void> {
    const rows: { label: string; detail: string; policy: Policy }[] = [
      { policy: "cheap", label: vscode.l10n.t("Cheap"), detail: vscode.l10n.t("The cheapest model that is good enough for the prompt") },
      { policy: "balanced", label: vscode.l10n.t("Balanced"), detail: vscode.l10n.t("Quality for its price") },
      { policy: "best", label: vscode.l10n.t("Best"), detail: vscode.l10n.t("The best model within your limits") },
    ];
    const items = rows.map((row) => ({ ...row, ...(row.policy === this.policy ? { description: vscode.l10n.t("current") } : {}) }));
    const chosen = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Policy for this workspace") });
    if (chosen) await this.setPolicy(chosen.policy);
  }

  /** `needs` leaves only the models that can do this. */
  async pick(title: string, withAuto: boolean, needs?: Capability): Promise<string | undefined> {
    const items = this.load().then(() => this.#items(withAuto, needs));
    const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true, matchOnDetail: true });
    return chosen?.id;
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
    this.#changed.dispose();
  }

  #items(withAuto: boolean, needs?: Capability): (vscode.QuickPickItem & { id?: string })[] {
    const auto = {
      id: "auto",
      label: `$(sparkle) ${vscode.l10n.t("Auto")}`,
      detail: vscode.l10n.t("The router chooses for each prompt and says why"),
    };
    const items: (vscode.QuickPickItem & { id?: string })[] = withAuto ? [auto] : [];
    for (const provider of this.#providers) {
      const fits = (model: ListedModel) => model.available && (needs === undefined || model.capabilities.includes(needs));
      const own = this.#models.filter((model) => model.provider === provider.id && fits(model));
      if (own.length === 0) continue;
      items.push({ label: `${shownName(provider.name)}${healthNote(provider)}`, kind: vscode.QuickPickItemKind.Separator });
      items.push(
        ...own.map((model) => ({ id: model.id, label: shownName(model.name), description: priceOf(model), detail: describe(model) })),
      );
    }
    return items.map((item) => (item.id === this.#choice.model ? { ...item, label: `$(check) ${item.label}` } : item));
  }

  /** The catalogue changed elsewhere, or keys did. */
  refreshSoon(): void {
    if (this.#sidecar.state === "running") void this.load().catch(() => undefined);
  }
}

/** Names are their owners', except the one that the house gave itself. */
export function shownName(name: string): string {
  return name === "Demo (no model)" ? vscode.l10n.t("Demo (no model)") : name;
}

/** Input and output price for a million tokens. */
export function priceOf({ price, local }: ListedModel): string {
  if (price) return vscode.l10n.t("{0} in · {1} out per million", usd(price.rates.input), usd(price.rates.output));
  return local ? vscode.l10n.t("runs on this machine") : vscode.l10n.t("price unknown");
}

export function describe(model: ListedModel): string {
  const tokens =
    model.contextWindowTokens >= 1_000_000
      ? `${model.contextWindowTokens / 1_000_000}M`
      : `${Math.round(model.contextWindowTokens / 1000)}k`;
  const window = vscode.l10n.t("{0} tokens", model.limitsAssumed ? `~${tokens}` : tokens);
  const state = model.status === "deprecated" ? [vscode.l10n.t("deprecated")] : [];
  return [window, ...model.capabilities.map(capabilityName), ...state].join(" · ");
}

function capabilityName(capability: Capability): string {
  const { t } = vscode.l10n;
  const names: Record<Capability, string> = {
    tools: t("tools"),
    vision: t("vision"),
    structured: t("structured output"),
    reasoning: t("reasoning"),
    pdf: t("PDF"),
    audio: t("audio"),
    caching: t("caching"),
  };
  return names[capability];
}

function healthNote({ health, restingUntil }: ProviderStatus): string {
  switch (health) {
    case "resting":
      return ` – ${restingUntil ? vscode.l10n.t("resting until {0}", timeOfDay(restingUntil)) : vscode.l10n.t("resting")}`;
    case "keyRejected":
      return ` – ${vscode.l10n.t("key refused")}`;
    case "creditExhausted":
      return ` – ${vscode.l10n.t("no credit left")}`;
    default:
      return "";
  }
}
