// Which addresses of their own the user's settings send keys and prompts to; pure, asks nobody.
import { isLoopback } from "../shared/address.ts";

type Tree = Readonly<Record<string, unknown>>;

/** Origins beyond this machine that the settings name, each with the providers that would go there. */
export function addressesIn(settings: Tree): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [provider, baseUrl] of baseUrls(settings)) {
    const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
    if (url && !isLoopback(url.hostname)) found.set(url.origin, [...(found.get(url.origin) ?? []), provider]);
  }
  return found;
}

/** The same settings with every provider switched off that would go to one of these origins. */
export function withoutAddresses(settings: Tree, refused: ReadonlySet<string>): Record<string, unknown> {
  if (refused.size === 0) return { ...settings };
  const isRefused = (one: unknown) =>
    isTree(one) && typeof one.baseUrl === "string" && URL.canParse(one.baseUrl) && refused.has(new URL(one.baseUrl).origin);
  const providers = isTree(settings.providers) ? settings.providers : {};
  const kept = Object.entries(providers).map(([id, one]) => {
    if (id === "custom") return [id, Array.isArray(one) ? one.filter((custom) => !isRefused(custom)) : one];
    return [id, isRefused(one) && isTree(one) ? { ...one, enabled: false } : one];
  });
  return { ...settings, providers: Object.fromEntries(kept) };
}

function baseUrls({ providers }: Tree): [string, string][] {
  if (!isTree(providers)) return [];
  return Object.entries(providers).flatMap(([id, one]) => {
    const several = id === "custom" && Array.isArray(one) ? one : [one];
    return several.flatMap((each): [string, string][] =>
      isTree(each) && typeof each.baseUrl === "string" ? [[String(each.id ?? id), each.baseUrl]] : [],
    );
  });
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
