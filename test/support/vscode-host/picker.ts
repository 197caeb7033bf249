// The model picker as a person uses it: opened from the panel, a row chosen by what it says.
import type { Session } from "./session.ts";

export async function chooseModel({ page, panel }: Session, words: string | RegExp): Promise<void> {
  await panel.getByRole("button", { name: /^Model:/ }).click();
  const row = page.locator(".quick-input-list .monaco-list-row", { hasText: words }).first();
  await row.waitFor();
  await row.click();
  await row.waitFor({ state: "detached" });
}
