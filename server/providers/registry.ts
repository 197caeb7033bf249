// Every provider as a row, those of the settings included; knows addresses and differences, never a key.
import type { CustomProvider, ProviderOverride } from "../../shared/custom.ts";
import { type NormalisedUrl, normaliseBaseUrl } from "./base-url.ts";
import type { DialectName, Quirks } from "./provider.ts";
import { HOSTS } from "./rows/hosts.ts";
import { LOCALS } from "./rows/local.ts";
import { MAKERS } from "./rows/makers.ts";
import { NOT_STATED, OWN_MACHINE, type ProviderRow, X_RATELIMIT } from "./rows/row.ts";

export type { ProviderRow } from "./rows/row.ts";

export const PROVIDER_ROWS: readonly ProviderRow[] = [...MAKERS, ...HOSTS, ...LOCALS];

export function providerRow(id: string): ProviderRow | undefined {
  return PROVIDER_ROWS.find((row) => row.id === id);
}

/** Gateways that imitate Anthropic were written for the wire before its 2026 version; most read the key from x-api-key. */
const COMPATIBLE_ANTHROPIC: Quirks = { anthropicVersion: "2023-06-01", keyHeader: { name: "x-api-key" } };
const COMPATIBLE_SOURCE = "PROVIDERS, Versions: a gateway that only reads x-api-key answers 401 to the SDK's own way, 2026-11";

/** A row for one entry of the setting `providers.custom`. */
export function customRow(custom: CustomProvider): ProviderRow {
  const local = isLoopback(custom.baseUrl);
  const isAnthropic = custom.dialect === "anthropic";
  return {
    id: custom.id,
    name: custom.name ?? custom.id,
    dialect: custom.dialect,
    baseUrl: custom.baseUrl,
    environment: [],
    docsUrl: "",
    local,
    needsKey: custom.needsKey ?? !local,
    quirks: { keyOptional: true, ...(isAnthropic ? COMPATIBLE_ANTHROPIC : {}) },
    sources: {
      keyOptional: "setting providers.custom",
      ...(isAnthropic ? { anthropicVersion: COMPATIBLE_SOURCE, keyHeader: COMPATIBLE_SOURCE } : {}),
    },
    stopCharging: local ? OWN_MACHINE : NOT_STATED,
    rateHeaders: X_RATELIMIT,
    modelsPath: isAnthropic ? "/v1/models" : "/models",
    notes: [],
  };
}

/** Where and how a provider is spoken to once the settings are applied. */
export interface ProviderEndpoint extends NormalisedUrl {
  readonly dialect: DialectName;
  readonly headers: Readonly<Record<string, string>>;
  readonly quirks: Quirks;
}

/** Throws a Failure when the base URL cannot be used; `NormalisedUrl.endpoint` is what to show. */
export function endpointOf(row: ProviderRow, override?: ProviderOverride, custom?: CustomProvider): ProviderEndpoint {
  const given = override?.baseUrl ?? row.baseUrl;
  const elsewhere = override?.baseUrl !== undefined && row.baseUrl !== "" && !sameHost(override.baseUrl, row.baseUrl);
  const dialect = elsewhere ? (row.elsewhereDialect ?? row.dialect) : row.dialect;
  const compatible = elsewhere && dialect === "anthropic" ? COMPATIBLE_ANTHROPIC : {};
  return {
    ...normaliseBaseUrl({ ...row, dialect }, given),
    dialect,
    headers: { ...custom?.headers, ...override?.headers },
    quirks: { ...row.quirks, ...compatible },
  };
}

function sameHost(left: string, right: string): boolean {
  return URL.canParse(left) && URL.canParse(right) && new URL(left).host === new URL(right).host;
}

function isLoopback(baseUrl: string): boolean {
  return URL.canParse(baseUrl) && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(baseUrl).hostname);
}
