// The npm package as a stranger gets it: packed, installed into an empty folder, and asked a question with nothing else around.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ask, cleanEnvironment, SidecarProcess } from "../support/sidecar.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { asProvider, startVendor } from "../support/vendor.ts";

describe("the npm package", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  function install(): void {
    const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder.path], {
      encoding: "utf8",
      stdio: "pipe",
    });
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    writeFileSync(folder.file("package.json"), '{ "private": true }');
    const words = [
      "install",
      "--offline",
      "--omit=optional",
      "--no-audit",
      "--no-fund",
      "--engine-strict=false",
      join(folder.path, filename),
    ];
    execFileSync("npm", words, { cwd: folder.path, stdio: "pipe" });
  }

  it("answers npx latchkey ask in an empty folder, and speaks to a vendor with what it brings", async () => {
    install();
    const home = folder.file("home");
    const environment = { ...cleanEnvironment(home), PATH: `${resolve("node_modules/.bin")}:${process.env.PATH}` };
    const answer = execFileSync("npx", ["--offline", "latchkey", "ask", "hello"], {
      cwd: folder.path,
      encoding: "utf8",
      env: environment,
      stdio: "pipe",
    });
    assert.match(answer, /demo: no model was called/);
    const installed = join(folder.path, "node_modules/latchkey");
    const built = globSync("dist/lazy/*.cjs");
    assert.deepEqual(
      built.filter((file) => !existsSync(join(installed, file))),
      [],
    );
    await asksVendor(installed);
  });
});

/** The SDKs are loaded from the package's own files: nothing of the project is in reach. */
async function asksVendor(installed: string): Promise<void> {
  const vendor = await startVendor();
  const sidecar = new SidecarProcess({ built: join(installed, "dist/latchkey.cjs") });
  await sidecar.initialize({ providers: { custom: [asProvider(vendor, { needsKey: false })] } });
  const result = await sidecar.request("chat/send", ask("p", "hello", { model: "acme/m1" }));
  assert.equal(result.text, "Hello from the vendor.");
  await sidecar.stop();
  await vendor.close();
}
