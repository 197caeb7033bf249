// The .vsix as a stranger gets it: packaged, under two megabytes, installed into a real VS Code, and it answers.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { OUTPUT, type Session, startSession } from "../support/vscode-host/session.ts";
import { packVsix } from "../support/vscode-host/vsix.ts";
import { quickInput, statusItem } from "../support/vscode-host/workbench.ts";

describe("the installed .vsix", function () {
  this.timeout(240_000);
  const vsix = join(OUTPUT, "installed.vsix");
  let session: Session | undefined;

  before(() => {
    packVsix(vsix);
  });
  after(() => session?.stop());

  it("has less than 2 MB", () => {
    // `npm run coverage` runs a build that can be led back to its sources, which is larger than the one that is shipped.
    const most = process.env.NODE_V8_COVERAGE === undefined ? 2_000_000 : 3_000_000;
    assert.ok(statSync(vsix).size < most, `${statSync(vsix).size} bytes`);
  });

  it("answers in a real VS Code without a key", async () => {
    session = await startSession({ vsix });
    const { page, panel } = session;
    await session.run("Latchkey: Ask…");
    await quickInput(page).fill("Are you installed?");
    await page.keyboard.press("Enter");
    const answer = panel.locator("article.answer.done");
    await answer.waitFor({ timeout: 60_000 });
    assert.match((await answer.textContent()) ?? "", /no model was called/);
    await statusItem(page).filter({ hasText: "$0.00" }).waitFor();
    await session.shoot("installed");
  });
});
