// What a workspace may say about a setting: most values of its own, and for those that guard the user only a tighter one; pure.
import type { SettingName } from "../shared/settings.ts";

/** The value of the user's own file and those of the workspace, the nearest last. */
export interface Seen {
  readonly user: unknown;
  readonly workspace: readonly unknown[];
}

/** How the guards among the settings are joined: opening a folder never raises a limit, nor undoes a ban. */
const GUARDS: Partial<Record<SettingName, (values: readonly unknown[]) => unknown>> = {
  maxCostUsd: (values) => {
    const stated = values.filter((value) => typeof value === "number");
    return stated.length === 0 ? null : Math.min(...stated);
  },
  "routing.banned": (values) => [...new Set(values.flatMap((value) => (Array.isArray(value) ? value : [])))],
  "routing.localOnly": (values) => values.includes(true),
};

/** Undefined where nobody set it. */
export function joined(name: SettingName, { user, workspace }: Seen): unknown {
  const stated = [user, ...workspace].filter((value) => value !== undefined);
  return stated.length === 0 ? undefined : (GUARDS[name]?.(stated) ?? stated.at(-1));
}
