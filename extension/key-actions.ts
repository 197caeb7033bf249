// Setting, testing and forgetting keys: asks for the key once, hands it to SecretStorage and the sidecar, shows only its last four characters.
import * as vscode from "vscode";
import type { KeyInfo, ProviderStatus } from "../shared/provider.ts";
import type { Keys } from "./keys.ts";
import type { Log } from "./log.ts";
import { type Models, shownName } from "./models.ts";
import type { Sidecar } from "./sidecar.ts";

export interface KeyParts {
  readonly sidecar: Sidecar;
  readonly keys: Keys;
  readonly models: Models;
  readonly log: Log;
}

export function keyActions(parts: KeyParts) {
  return {
    setKey: (provider?: unknown) => setKey(parts, typeof provider === "string" ? provider : undefined),
    manageKeys: () => manageKeys(parts),
    runDoctor: () => runDoctor(parts),
  };
}

/** Asks which provider, then for its key; a key the provider refuses is kept, since the reader may know better, and said so. */
async function setKey(parts: KeyParts, given: string | undefined): Promise<void> {
  const provider = await chooseProvider(parts, given);
  if (!provider) return;
  const secret = await vscode.window.showInputBox({
    title: vscode.l10n.t("Key for {0}", provider.name),
    prompt: vscode.l10n.t("Kept in VS Code's secret storage and sent to {0} alone.", originOf(provider.baseUrl)),
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => (/\s/.test(value.trim()) ? vscode.l10n.t("A key has no blanks inside.") : undefined),
  });
  if (!secret?.trim()) return;
  const set = await parts.sidecar.call("key/set", { provider: provider.id, secret: secret.trim(), persist: false });
  await parts.keys.store(provider.id, secret.trim(), set.origin);
  if (set.warning) void vscode.window.showWarningMessage(set.warning);
  await testKey(parts, provider);
  parts.models.refreshSoon();
}

async function testKey({ sidecar }: KeyParts, provider: ProviderStatus): Promise<void> {
  const title = vscode.l10n.t("Asking {0} whether it accepts the key…", provider.name);
  const test = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, (_, token) =>
    sidecar.call("key/test", { provider: provider.id }, token),
  );
  if (test.ok) void vscode.window.showInformationMessage(vscode.l10n.t("{0} accepts the key.", provider.name));
  else void vscode.window.showWarningMessage(vscode.l10n.t("The key is kept, but {0} says: {1}", provider.name, test.message));
}

async function chooseProvider({ sidecar }: KeyParts, given: string | undefined): Promise<ProviderStatus | undefined> {
  const { providers } = await sidecar.call("provider/list", {});
  const known = providers.find(({ id }) => id === given);
  if (known) return known;
  const items = providers
    .filter(({ needsKey, id }) => needsKey && id !== "demo")
    .map((provider) => ({
      label: provider.name,
      description: provider.hasKey ? vscode.l10n.t("has a key ({0})", sourceLabel(provider.keySource ?? "")) : "",
      detail: originOf(provider.baseUrl),
      provider,
    }));
  const chosen = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("Whose key?"), matchOnDetail: true });
  return chosen?.provider;
}

async function manageKeys(parts: KeyParts): Promise<void> {
  const { keys } = await parts.sidecar.call("key/list", {});
  const add = { label: `$(add) ${vscode.l10n.t("Set Key…")}`, key: undefined };
  const rows = keys.map((key) => ({
    label: key.provider,
    description: `…${key.last4} · ${sourceLabel(key.source)}`,
    detail: keyDetail(key),
    key,
  }));
  const chosen = await vscode.window.showQuickPick([...rows, add], { title: vscode.l10n.t("Keys") });
  if (!chosen) return;
  if (!chosen.key) return setKey(parts, undefined);
  await manageKey(parts, chosen.key);
}

async function manageKey(parts: KeyParts, key: KeyInfo): Promise<void> {
  const replace = vscode.l10n.t("Replace");
  const test = vscode.l10n.t("Test");
  const forget = vscode.l10n.t("Delete");
  const actions = key.source === "environment" || key.source === "command" ? [test] : [replace, test, forget];
  const chosen = await vscode.window.showQuickPick(actions, { title: `${key.provider} …${key.last4}` });
  if (chosen === replace) return setKey(parts, key.provider);
  if (chosen === forget) {
    await parts.keys.forget(key.provider);
    await parts.sidecar.call("key/delete", { provider: key.provider });
    parts.models.refreshSoon();
  }
  if (chosen === test) {
    const { providers } = await parts.sidecar.call("provider/list", {});
    const provider = providers.find(({ id }) => id === key.provider);
    if (provider) await testKey(parts, provider);
  }
}

/** Tests every key that was found and opens the findings as a document; costs nothing. */
async function runDoctor({ sidecar }: KeyParts): Promise<void> {
  const title = vscode.l10n.t("Examining providers and keys…");
  const report = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const { providers } = await sidecar.call("provider/list", {}, token);
      const lines = [
        vscode.l10n.t("# Latchkey doctor"),
        "",
        `| ${vscode.l10n.t("Provider | Address | Key | Health | Finding")} |`,
        "| --- | --- | --- | --- | --- |",
      ];
      for (const provider of providers.filter(({ enabled }) => enabled)) {
        if (token.isCancellationRequested) break;
        progress.report({ message: provider.name });
        lines.push(
          `| ${[shownName(provider.name), provider.baseUrl, keyState(provider), healthLabel(provider.health), await finding(sidecar, provider, token)].join(" | ")} |`,
        );
      }
      return lines.join("\n");
    },
  );
  const document = await vscode.workspace.openTextDocument({ content: `${report}\n`, language: "markdown" });
  await vscode.window.showTextDocument(document, { preview: true });
}

async function finding(sidecar: Sidecar, provider: ProviderStatus, token: vscode.CancellationToken): Promise<string> {
  if (provider.needsKey && !provider.hasKey) return vscode.l10n.t("no key set");
  if (provider.id === "demo") return vscode.l10n.t("always answers; calls no model");
  const { ok, message, ms } = await sidecar.call("key/test", { provider: provider.id }, token);
  return ok ? vscode.l10n.t("answers in {0} ms", Math.round(ms)) : message.replaceAll("|", "\\|");
}

function keyState({ needsKey, hasKey, keySource }: ProviderStatus): string {
  if (!needsKey) return vscode.l10n.t("needs none");
  return hasKey ? (keySource ? sourceLabel(keySource) : vscode.l10n.t("set")) : vscode.l10n.t("missing");
}

function keyDetail({ origin, active, warning }: KeyInfo): string {
  const shadowed = active ? [] : [vscode.l10n.t("not used: another key comes first")];
  return [vscode.l10n.t("sent to {0} alone", origin), ...shadowed, ...(warning ? [warning] : [])].join(" · ");
}

function sourceLabel(source: string): string {
  const { t } = vscode.l10n;
  const labels: Record<string, string> = {
    lease: t("VS Code's secret storage"),
    environment: t("environment variable"),
    command: t("key command"),
    keychain: t("system keychain"),
    vault: t("vault file"),
  } satisfies Record<KeyInfo["source"], string>;
  return labels[source] ?? source;
}

function healthLabel(health: ProviderStatus["health"]): string {
  const { t } = vscode.l10n;
  const labels: Record<ProviderStatus["health"], string> = {
    ok: t("healthy"),
    resting: t("resting"),
    probing: t("being tried"),
    keyRejected: t("key refused"),
    creditExhausted: t("no credit left"),
    unknown: t("unknown"),
  };
  return labels[health];
}

function originOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).origin : baseUrl;
}
