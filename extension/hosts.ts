// Asks once before keys and prompts go to an address that the settings name and no vendor owns; remembers the answer on this machine.
import * as vscode from "vscode";
import { addressesIn, withoutAddresses } from "./addresses.ts";

const ALLOWED = "latchkey.hosts";

export class Hosts {
  readonly #memory: vscode.Memento;
  /** Refused until the window is loaded again. */
  readonly #refused = new Set<string>();
  #asking: Promise<unknown> = Promise.resolve();

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
  }

  /** The settings as the sidecar may have them: what goes to an address that was not allowed is switched off. */
  async allowed(settings: Record<string, unknown>): Promise<Record<string, unknown>> {
    // One question at a time, and none twice when several callers start the sidecar.
    const answered = this.#asking.then(() => this.#ask(addressesIn(settings)));
    this.#asking = answered.catch(() => undefined);
    await answered;
    const known = this.#known();
    return withoutAddresses(settings, new Set([...addressesIn(settings).keys()].filter((origin) => !known.has(origin))));
  }

  async #ask(addresses: Map<string, string[]>): Promise<void> {
    for (const [origin, providers] of addresses) {
      if (this.#known().has(origin) || this.#refused.has(origin) || !vscode.workspace.isTrusted) continue;
      const allow = vscode.l10n.t("Allow");
      const question = vscode.l10n.t("Send prompts and keys of {0} to {1}?", providers.join(", "), origin);
      const detail = vscode.l10n.t(
        "Your settings name this address. Whoever runs it can read what is sent. You are asked once for each address.",
      );
      const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, allow);
      if (chosen === allow) await this.#memory.update(ALLOWED, [...this.#known(), origin].sort());
      else this.#refused.add(origin);
    }
  }

  #known(): Set<string> {
    return new Set(this.#memory.get<string[]>(ALLOWED, []));
  }
}
