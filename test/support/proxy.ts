// nginx as docs/team.md sets it up, on a free port with a certificate of our own authority; the page's own lines are run.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensure, NEEDED } from "./machine.ts";
import { type Authority, privateAuthority } from "./servers.ts";

export interface TeamProxy {
  readonly origin: string;
  readonly authority: Authority;
  stop(): Promise<void>;
}

export async function startTeamProxy(doorPort: number): Promise<TeamProxy> {
  ensure(NEEDED.nginx);
  const authority = privateAuthority();
  const folder = mkdtempSync(join(tmpdir(), "latchkey-nginx-"));
  mkdirSync(join(folder, "logs"));
  writeFileSync(join(folder, "own.pem"), authority.cert);
  writeFileSync(join(folder, "own.key"), authority.key);
  const port = await freePort();
  const server = serverBlock()
    .replace("listen 443 ssl", `listen 127.0.0.1:${port} ssl`)
    .replace(/server_name .*;/, "server_name localhost;")
    .replace(/ssl_certificate .*;/, `ssl_certificate ${join(folder, "own.pem")};`)
    .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${join(folder, "own.key")};`)
    .replace("127.0.0.1:4711", `127.0.0.1:${doorPort}`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${join(folder, name)};`)
    .join(" ");
  const user = process.getuid?.() === 0 ? "user root;" : "";
  writeFileSync(
    join(folder, "nginx.conf"),
    `${user} pid ${join(folder, "pid")}; daemon off; error_log stderr;\nevents {}\nhttp { access_log off; ${temporary}\n${server}\n}\n`,
  );
  const child = spawn("nginx", ["-p", folder, "-e", "stderr", "-c", join(folder, "nginx.conf")], { stdio: ["ignore", "ignore", "pipe"] });
  let trouble = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    trouble += text;
  });
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  await Promise.race([listening(port), exited.then(() => Promise.reject(new Error(`nginx ended: ${trouble}`)))]);
  return {
    ...{ origin: `https://localhost:${port}`, authority },
    async stop() {
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function serverBlock(): string {
  const block = /```nginx\n([\s\S]*?)```/.exec(readFileSync("docs/team.md", "utf8"))?.[1];
  if (!block) throw new Error("docs/team.md shows no nginx configuration");
  return block;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const isOpen = await new Promise<boolean>((done) => {
      const socket = connect(port, "127.0.0.1", () => done(true));
      socket.on("error", () => done(false)).on("connect", () => socket.destroy());
    });
    if (isOpen) return;
    if (tries > 200) throw new Error("nginx does not listen");
    await new Promise((done) => setTimeout(done, 25));
  }
}
