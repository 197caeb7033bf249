// The model picker as a person uses it: opened from the panel, a row chosen by what it says.
import type { Session } from "./session.ts";

/** A busy machine may not have found its own models at the first look; a new start of the sidecar looks again. */
export async function chooseModel({ page, panel, run }: Session, words: string | RegExp): Promise<void> {
  const row = page.locator(".quick-input-list .monaco-list-row", { hasText: words }).first();
  for (let tries = 1; ; tries += 1) {
    try {
      await panel.getByRole("button", { name: /^Model:/ }).click();
      await row.click({ timeout: 8000 });
      await row.waitFor({ state: "hidden" });
      return;
    } catch (error) {
      if (tries === 4) throw error;
      await page.keyboard.press("Escape");
      await run("Latchkey: Restart Sidecar");
    }
  }
}
