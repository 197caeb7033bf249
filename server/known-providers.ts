// Every provider with the settings applied: its row, its address, and what is wrong with it; holds no key and asks nobody.
import type { CustomProvider, ProviderOverride } from "../shared/custom.ts";
import { Failure } from "../shared/failure.ts";
import type { Settings } from "../shared/settings.ts";
import { customRow, endpointOf, PROVIDER_ROWS, type ProviderEndpoint, type ProviderRow } from "./providers/registry.ts";

/** What is true of a provider apart from its models, worked out once per change of settings. */
export interface Known {
  readonly row: ProviderRow;
  readonly endpoint: ProviderEndpoint | null;
  readonly trouble: string | null;
  readonly enabled: boolean;
}

/** The embedded answer as a provider among others. */
const DEMO_ROW: ProviderRow = {
  id: "demo",
  name: "Demo (no model)",
  dialect: "demo",
  baseUrl: "",
  environment: [],
  docsUrl: "",
  local: true,
  needsKey: false,
  quirks: {},
  sources: {},
  stopCharging: { stops: "yes", source: "nothing is called" },
  rateHeaders: {},
  modelsPath: "",
  notes: [],
};
const DEMO: Known = {
  row: DEMO_ROW,
  endpoint: { dialect: "demo", baseUrl: "", origin: "", endpoint: "", changes: [], headers: {}, quirks: {} },
  trouble: null,
  enabled: true,
};

/** `localUrls`: where local servers are looked for, when neither the settings nor the row alone says it. */
export function knownProviders(settings: Settings, localUrls: ReadonlyMap<string, string>): Map<string, Known> {
  const { custom = [], ...overrides } = settings.providers;
  const own = custom.map((one) => ({ row: customRow(one), custom: one }));
  const rows = [
    ...PROVIDER_ROWS.filter((row) => !own.some((one) => one.row.id === row.id)).map((row) => ({ row, custom: undefined })),
    ...own,
  ];
  const known = rows.map(({ row, custom: given }): [string, Known] => [
    row.id,
    knownOf(row, withLocalUrl(overrides[row.id], localUrls.get(row.id)), given),
  ]);
  return new Map([...known, ["demo", DEMO]]);
}

function withLocalUrl(override: ProviderOverride | undefined, localUrl: string | undefined): ProviderOverride | undefined {
  return localUrl === undefined ? override : { baseUrl: localUrl, ...override };
}

function knownOf(row: ProviderRow, override: ProviderOverride | undefined, custom: CustomProvider | undefined): Known {
  const enabled = override?.enabled ?? true;
  try {
    return { row, endpoint: endpointOf(row, override, custom), trouble: null, enabled };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { row, endpoint: null, trouble: error.message, enabled };
  }
}

export function overrideOf(settings: Settings, provider: string): ProviderOverride | undefined {
  const { custom, ...overrides } = settings.providers;
  return overrides[provider];
}
