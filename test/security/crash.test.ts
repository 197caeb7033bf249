// The built sidecar dies with forty fake keys in use, once of an error that nobody caught and once without memory: no report holds one.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { PROVIDER_ROWS } from "../../server/providers/registry.ts";
import { canary, leaksIn } from "../support/canary.ts";
import { ask, SidecarProcess } from "../support/sidecar.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { asProvider, startVendor } from "../support/vendor.ts";

const DEATHS = [
  { name: "of an error that nobody caught", signal: "SIGUSR2", report: /"trigger": "(Exception|FatalError)"/ },
  { name: "without memory", signal: "SIGPWR", report: /"trigger": "(FatalError|OOMError)"/ },
] as const;

describe("a crash report", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  for (const { name, signal, report } of DEATHS) {
    it(`of a sidecar that died ${name} holds no key, nor does anything else it left`, async () => {
      const home = folder.file(`home-${signal}`);
      const reports = folder.file(`reports-${signal}`);
      mkdirSync(reports);
      const rows = PROVIDER_ROWS.filter((row) => row.environment.length > 0);
      const fromEnvironment = rows.map((row) => ({ ...canary(`environment of ${row.id}`), variable: row.environment[0] ?? "" }));
      const leases = Array.from({ length: 20 }, (_, at) => ({ ...canary(`lease ${at}`), name: `n${at}` }));
      const vaulted = Array.from({ length: 40 - leases.length - fromEnvironment.length }, (_, at) => ({
        ...canary(`vault ${at}`),
        name: `v${at}`,
      }));
      const all = [...fromEnvironment, ...leases, ...vaulted];
      assert.equal(all.length, 40);
      const vendor = await startVendor((answer) => answer.text("and so "));
      const sidecar = new SidecarProcess({
        home,
        environment: {
          ...Object.fromEntries(fromEnvironment.map(({ variable, key }) => [variable, key])),
          NODE_OPTIONS: [
            "--report-on-fatalerror --report-uncaught-exception --max-old-space-size=160",
            `--report-directory=${reports} --require ${resolve("test/support/crash.cjs")}`,
          ].join(" "),
          LATCHKEY_LOG: "debug",
        },
      });
      await sidecar.initialize({ providers: { custom: [asProvider(vendor, { needsKey: true })] } });
      for (const { key, name: named } of leases) await sidecar.request("key/set", { provider: "acme", secret: key, name: named });
      for (const { key, name: named } of vaulted)
        await sidecar.request("key/set", { provider: "openai", secret: key, name: named, persist: "vault" });
      // One of them is on its way to a vendor at that moment.
      sidecar.request("chat/send", ask("c", "hello", { model: "acme/m1" })).catch(() => undefined);
      while (vendor.requests.length === 0) await new Promise((next) => setTimeout(next, 20));
      assert.ok(all.some(({ key }) => vendor.requests[0]?.headers.authorization === `Bearer ${key}`));
      sidecar.child.kill(signal);
      await sidecar.exited;
      await vendor.close();
      const haystacks = { stderr: sidecar.stderr, stdout: JSON.stringify(sidecar.frames), ...filesIn(reports), ...filesIn(home) };
      const written = Object.entries(haystacks).filter(([path]) => path.startsWith(reports));
      assert.equal(written.length, 1);
      assert.match(String(written[0]?.[1]), report);
      console.log(
        `      ${all.length} keys; a report of ${written[0]?.[1].length} bytes and ${Object.keys(haystacks).length - 1} other places searched`,
      );
      assert.deepEqual(leaksIn(haystacks, all), []);
    });
  }

  function filesIn(path: string): Record<string, Buffer> {
    const names = readdirSync(path, { recursive: true, encoding: "utf8" });
    const files = names.map((name) => join(path, name)).filter((file) => statSync(file).isFile());
    return Object.fromEntries(files.map((file) => [file, readFileSync(file)]));
  }
});
