// What the user set, as the sidecar wants it: machine settings from the user's own file alone, whatever a workspace claims.
import * as vscode from "vscode";
import { SETTINGS, type SettingName, type SettingRow } from "../shared/settings.ts";
import { joined } from "./trust.ts";

/** Every setting that was set, by dotted name; defaults stay the sidecar's business. Proxy settings of the editor fill gaps. */
export function settingsForSidecar(): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const value = trustedValue(name);
    if (value !== undefined) given[name] = value;
  }
  return nest({ ...editorNetwork(), ...given });
}

/** The value that may be believed: a machine setting's user value; others also from the workspace when it is trusted. */
export function trustedValue(name: SettingName): unknown {
  const row: SettingRow = SETTINGS[name];
  const seen = vscode.workspace.getConfiguration("latchkey").inspect(name);
  if (row.scope === "machine" || !vscode.workspace.isTrusted) return seen?.globalValue;
  return joined(name, { user: seen?.globalValue, workspace: [seen?.workspaceValue, seen?.workspaceFolderValue] });
}

/** A string setting in force, its default when nothing was set. */
export function textSetting(name: "policy" | "model" | "onBreak"): string {
  const value = trustedValue(name);
  return typeof value === "string" ? value : SETTINGS[name].default;
}

/** The sidecar is a process of its own: what VS Code patches into this one does not reach it. */
function editorNetwork(): Record<string, unknown> {
  const http = vscode.workspace.getConfiguration("http");
  const own = (name: string) => http.inspect(name)?.globalValue;
  const found: Record<string, unknown> = {};
  const proxy = own("proxy");
  const noProxy = own("noProxy");
  const strict = own("proxyStrictSSL");
  if (typeof proxy === "string" && proxy !== "" && own("proxySupport") !== "off") found["network.proxy"] = proxy;
  if (Array.isArray(noProxy) && noProxy.length > 0) found["network.noProxy"] = noProxy;
  if (typeof strict === "boolean") found["network.strictSsl"] = strict;
  return found;
}

function nest(dotted: Record<string, unknown>): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(dotted)) {
    const words = name.split(".");
    const last = words.pop() ?? name;
    let at = tree;
    for (const word of words) {
      const next = at[word];
      const branch: Record<string, unknown> = typeof next === "object" && next !== null ? { ...next } : {};
      at[word] = branch;
      at = branch;
    }
    at[last] = value;
  }
  return tree;
}
