// What host tests share: files of the workspace, settings, a scripted vendor that the extension reaches like any other.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { AnswerTurn } from "../../shared/panel.ts";
import { asProvider, type Script, says, startVendor, type Vendor } from "../support/vendor.ts";

export async function run(command: string, ...given: unknown[]): Promise<AnswerTurn> {
  const answer = await vscode.commands.executeCommand<AnswerTurn | undefined>(`latchkey.${command}`, ...given);
  assert.ok(answer, `${command} gave no answer`);
  return answer;
}

export function fileUri(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder);
  return vscode.Uri.joinPath(folder.uri, name);
}

export async function select(name: string, range: vscode.Range): Promise<vscode.TextEditor> {
  const editor = await vscode.window.showTextDocument(fileUri(name));
  editor.selection = new vscode.Selection(range.start, range.end);
  return editor;
}

export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.fail(`${what} did not happen`);
}

export async function setUserSetting(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration("latchkey").update(name, value, vscode.ConfigurationTarget.Global);
}

/** A vendor on loopback, known to the user's settings as the provider "acme", model "acme/m1", with no key. */
export async function vendorInSettings(script: Script = says("Hello from the vendor.")): Promise<Vendor> {
  const vendor = await startVendor(script);
  await setUserSetting("providers", { custom: [asProvider(vendor, { needsKey: false }, { maxOutputTokens: 9000 })] });
  await setUserSetting("model", "acme/m1");
  return vendor;
}

export async function forgetVendor(vendor: Vendor): Promise<void> {
  await setUserSetting("providers", undefined);
  await setUserSetting("model", undefined);
  await vendor.close();
}
