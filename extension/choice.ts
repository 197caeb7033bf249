// Which model and policy this workspace's chats use: the user's pick here, else the settings; never another window's.
import * as vscode from "vscode";
import { Policy } from "../shared/route.ts";
import { textSetting } from "./settings.ts";

const MODEL = "latchkey.model";
const POLICY = "latchkey.policy";

export class Choice {
  readonly #memory: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onChange = this.#changed.event;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
  }

  /** "auto" routes each prompt; "provider/model-id" pins one. */
  get model(): string {
    return this.#memory.get<string>(MODEL) ?? textSetting("model");
  }

  get policy(): Policy {
    const parsed = Policy.safeParse(this.#memory.get(POLICY) ?? textSetting("policy"));
    return parsed.success ? parsed.data : "balanced";
  }

  async setModel(model: string): Promise<void> {
    await this.#memory.update(MODEL, model === textSetting("model") ? undefined : model);
    this.#changed.fire();
  }

  async setPolicy(policy: Policy): Promise<void> {
    await this.#memory.update(POLICY, policy === textSetting("policy") ? undefined : policy);
    this.#changed.fire();
  }

  /** Settings changed under us: whoever shows the choice shows it anew. */
  refresh(): void {
    this.#changed.fire();
  }
}
