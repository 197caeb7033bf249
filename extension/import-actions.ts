// Import from other tools: finds their settings files, shows what they would bring and from where, writes only what is chosen.
import { homedir } from "node:os";
import * as vscode from "vscode";
import { type CustomProvider, CustomProvider as CustomProviderSchema } from "../shared/custom.ts";
import { runCommand } from "./chat-actions.ts";
import { type Findings, fromAider, fromCline, fromContinue, fromEnvFile, fromVsCode, merged, type Proposal } from "./import-sources.ts";
import type { Log } from "./log.ts";
import { trustedValue } from "./settings.ts";

export interface ImportParts {
  /** <user folder>/globalStorage/<extension>, from which VS Code's own files are found. */
  readonly storage: vscode.Uri;
  readonly log: Log;
}

interface Source {
  readonly uri: vscode.Uri;
  read(text: string): Promise<Findings>;
}

export function importActions(parts: ImportParts) {
  return { importSettings: () => importSettings(parts) };
}

async function importSettings(parts: ImportParts): Promise<void> {
  const title = vscode.l10n.t("Looking for settings of other tools…");
  const options = { location: vscode.ProgressLocation.Window, title };
  const { proposals, keys } = await vscode.window.withProgress(options, () => findings(parts));
  const fresh = proposals.filter(({ provider }) => !customProviders().some((own) => own.baseUrl === provider.baseUrl));
  if (fresh.length === 0 && keys.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("Nothing to import: no settings of VS Code's chat, Continue, Cline or Aider were found."),
    );
    return;
  }
  if (fresh.length > 0) await choose(fresh);
  if (keys.length > 0) await offerKeys(keys);
}

/** Choosing a row is the yes to its host: nothing is sent there before. */
async function choose(proposals: readonly Proposal[]): Promise<void> {
  const items = proposals.map(({ tool, provider }) => ({
    label: provider.name ?? provider.id,
    description: `${tool} · ${provider.baseUrl}`,
    detail: provider.models.map(({ id }) => id).join(", ") || vscode.l10n.t("models are asked for when it is used"),
    picked: true,
    provider,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    title: vscode.l10n.t("Which providers should Latchkey know?"),
    placeHolder: vscode.l10n.t("Prompts may then be sent to these addresses; keys are not imported"),
    matchOnDescription: true,
  });
  if (!chosen?.length) return;
  const current = trustedValue("providers");
  const given = typeof current === "object" && current !== null ? current : {};
  const custom = withUniqueIds([...customProviders(), ...chosen.map(({ provider }) => provider)]);
  await vscode.workspace.getConfiguration("latchkey").update("providers", { ...given, custom }, vscode.ConfigurationTarget.Global);
  void vscode.window.showInformationMessage(vscode.l10n.t("{0} providers added to your settings.", chosen.length));
}

async function offerKeys(providers: readonly string[]): Promise<void> {
  const setKey = vscode.l10n.t("Set Key…");
  const message = vscode.l10n.t(
    "Those files also hold keys for {0}. Latchkey did not read them; you can set them here.",
    providers.join(", "),
  );
  if ((await vscode.window.showInformationMessage(message, setKey)) !== setKey) return;
  const provider =
    providers.length === 1 ? providers[0] : await vscode.window.showQuickPick([...providers], { title: vscode.l10n.t("Whose key?") });
  if (provider) await runCommand("setKey", provider);
}

async function findings({ storage, log }: ImportParts): Promise<Findings> {
  const found = await Promise.all(
    sources(storage).map(async ({ uri, read }) => {
      try {
        return await read(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
      } catch (error) {
        if (!(error instanceof vscode.FileSystemError)) log.warn(`${uri.fsPath} could not be understood`, error);
        return { proposals: [], keys: [] };
      }
    }),
  );
  return merged(found);
}

function sources(storage: vscode.Uri): Source[] {
  const home = vscode.Uri.file(homedir());
  const json = (read: (given: unknown) => Findings) => async (text: string) => read(JSON.parse(text));
  const yaml = (read: (given: unknown) => Findings) => async (text: string) => read((await import("yaml")).parse(text));
  const at = (base: vscode.Uri, path: string, read: Source["read"]): Source => ({ uri: vscode.Uri.joinPath(base, path), read });
  const own = [
    at(storage, "../../chatLanguageModels.json", json(fromVsCode)),
    at(home, ".continue/config.yaml", yaml(fromContinue)),
    at(home, ".continue/config.json", json(fromContinue)),
    at(home, ".continue/.env", async (text) => fromEnvFile(text)),
    at(home, ".aider.conf.yml", yaml(fromAider)),
    at(home, ".cline/data/globalState.json", json(fromCline)),
  ];
  // A folder's files could send prompts anywhere: they are read only where their owner is trusted.
  const folders = vscode.workspace.isTrusted ? (vscode.workspace.workspaceFolders ?? []) : [];
  const shared = folders.flatMap(({ uri }) => [
    at(uri, ".aider.conf.yml", yaml(fromAider)),
    at(uri, ".env", async (text) => fromEnvFile(text)),
  ]);
  return [...own, ...shared];
}

function customProviders(): CustomProvider[] {
  const value = trustedValue("providers");
  const custom = typeof value === "object" && value !== null && "custom" in value && Array.isArray(value.custom) ? value.custom : [];
  return custom.flatMap((row: unknown) => {
    const parsed = CustomProviderSchema.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  });
}

function withUniqueIds(providers: readonly CustomProvider[]): CustomProvider[] {
  const taken = new Set<string>();
  return providers.map((provider) => {
    let id = provider.id;
    for (let count = 2; taken.has(id); count += 1) id = `${provider.id}-${count}`;
    taken.add(id);
    return { ...provider, id };
  });
}
