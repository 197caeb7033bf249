// The rooms of one running sidecar, built and connected; what compose.ts makes and the front desk asks.
import type { Settings, SettingProblem } from "../shared/settings.ts";
import type { Access } from "./access.ts";
import type { Catalog } from "./catalog/catalog.ts";
import type { SpineParts } from "./chat/parts.ts";
import type { ConversationStore } from "./conversations/store.ts";
import type { DescriptionStore } from "./chat/vision/store.ts";
import type { Images } from "./images/images.ts";
import type { KeyRing } from "./keys/ring.ts";
import type { Keychain } from "./keys/sources/keychain.ts";
import type { Vault } from "./keys/vault.ts";
import type { LiveModels } from "./live-models.ts";
import type { Log } from "./log.ts";
import type { Budget } from "./money/budget.ts";
import type { Ledger } from "./money/ledger/ledger.ts";
import type { Reports } from "./money/reports.ts";
import type { Health } from "./resilience/health.ts";

export interface Rooms {
  readonly spine: SpineParts;
  readonly access: Access;
  readonly catalog: Catalog;
  readonly refresher: LiveModels;
  readonly ring: KeyRing;
  readonly vault: Vault;
  readonly keychain: Keychain;
  readonly conversations: ConversationStore;
  readonly budget: Budget;
  readonly ledger: Ledger;
  readonly reports: Reports;
  readonly health: Health;
  readonly descriptions: DescriptionStore;
  readonly images: Images;
  readonly log: Log;
  readonly settings: () => Settings;
  configure(given: unknown): readonly SettingProblem[];
  /** Settles once stored keys are read and, where it matters for this model or there is no other, local servers were looked for. */
  ready(model?: string): Promise<void>;
  close(): Promise<void>;
}
