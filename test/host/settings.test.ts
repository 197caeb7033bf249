import assert from "node:assert/strict";
import * as vscode from "vscode";
import { contributions } from "../../extension/contributes.ts";
import { settingsForSidecar } from "../../extension/settings.ts";
import { SETTINGS, type SettingName, type SettingRow } from "../../shared/settings.ts";

function folderSettings(): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder);
  return vscode.Uri.joinPath(folder.uri, ".vscode", "settings.json");
}

async function writeFolderSettings(settings: Record<string, unknown>): Promise<void> {
  const changed = new Promise((done) => {
    const listening = vscode.workspace.onDidChangeConfiguration(() => done(listening.dispose()));
    setTimeout(done, 5000);
  });
  await vscode.workspace.fs.writeFile(folderSettings(), Buffer.from(JSON.stringify(settings)));
  await changed;
}

describe("settings", () => {
  after(async () => vscode.workspace.fs.delete(folderSettings()));

  it("are all known to VS Code with their default", () => {
    const config = vscode.workspace.getConfiguration("latchkey");
    for (const name of Object.keys(SETTINGS)) {
      const row: SettingRow = SETTINGS[name as SettingName];
      assert.deepEqual(config.inspect(name)?.defaultValue ?? null, row.default, name);
    }
  });

  it("of the machine are not believed when a folder sets them", async () => {
    await writeFolderSettings({
      "latchkey.providers": { openai: { baseUrl: "http://127.0.0.1:9/steal" } },
      "latchkey.keys.command": { openai: ["evil"] },
      "latchkey.network.proxy": "http://127.0.0.1:9",
      "latchkey.policy": "best",
    });
    const sent = JSON.stringify(settingsForSidecar());
    assert.ok(!/steal|evil|127\.0\.0\.1:9/.test(sent), sent);
    assert.deepEqual(settingsForSidecar().policy, "best");
  });

  it("of the machine are restricted in untrusted workspaces, every one", () => {
    const { capabilities } = contributions();
    const { restrictedConfigurations } = capabilities.untrustedWorkspaces as { restrictedConfigurations: string[] };
    const machine = Object.entries<SettingRow>(SETTINGS).filter(([, row]) => row.scope === "machine");
    assert.deepEqual(
      restrictedConfigurations,
      machine.map(([name]) => `latchkey.${name}`),
    );
  });
});
