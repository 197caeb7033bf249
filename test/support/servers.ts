// Real servers on loopback: HTTP, HTTPS under a private authority, and a CONNECT proxy; each closes with its test.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Server as NetServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Listening {
  readonly origin: string;
  readonly port: number;
  close(): Promise<void>;
}

/** As long as vendors' own front ends keep a connection; Node's 5 s would end between two turns of a busy machine. */
const VENDOR_KEEP_ALIVE_MS = 65_000;

/** Listens on a free port of 127.0.0.1 until `close`, which also cuts open connections. */
export async function listen(server: Server | NetServer, scheme: "http" | "https" = "http"): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      for (const socket of sockets) socket.destroy();
    });
  return { origin: `${scheme}://127.0.0.1:${port}`, port, close };
}

export function httpServer(handler: RequestListener): Promise<Listening> {
  return listen(createServer({ keepAliveTimeout: VENDOR_KEEP_ALIVE_MS }, handler));
}

export interface Authority {
  /** PEM file of the private authority. */
  readonly caFile: string;
  readonly key: string;
  readonly cert: string;
}

let authority: Authority | undefined;

/** A private authority and a certificate for 127.0.0.1 and localhost, made by openssl once a run. */
export function privateAuthority(): Authority {
  authority ??= makeAuthority();
  return authority;
}

function makeAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-ca-"));
  const at = (name: string) => join(folder, name);
  const openssl = (...words: string[]) => {
    const run = spawnSync("openssl", words, { encoding: "utf8" });
    if (run.status !== 0) throw new Error(`openssl ${words.join(" ")}: ${run.error?.message ?? run.stderr}`);
  };
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...curve, "-keyout", at("ca.key"), "-out", at("ca.pem"), "-days", "2", "-subj", "/CN=Latchkey Test Authority");
  openssl("req", ...curve, "-keyout", at("own.key"), "-out", at("own.csr"), "-subj", "/CN=localhost");
  writeFileSync(at("names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
  openssl(
    "x509",
    "-req",
    "-in",
    at("own.csr"),
    "-CA",
    at("ca.pem"),
    "-CAkey",
    at("ca.key"),
    "-CAcreateserial",
    "-out",
    at("own.pem"),
    "-days",
    "2",
    "-extfile",
    at("names"),
  );
  return { caFile: at("ca.pem"), key: readFileSync(at("own.key"), "utf8"), cert: readFileSync(at("own.pem"), "utf8") };
}

export function httpsServer(handler: RequestListener): Promise<Listening> {
  const { key, cert } = privateAuthority();
  return listen(createTlsServer({ key, cert }, handler), "https");
}

export interface Proxy extends Listening {
  /** What was asked of it: `CONNECT host:port` or `GET http://…`. */
  readonly asked: string[];
}

/**
 * A forward proxy as companies run them: CONNECT for https, absolute addresses for http, optionally with a password.
 * With `everyNameAt` it knows names that exist nowhere: all lead to this port of the machine.
 */
export async function proxyServer(credentials?: string, everyNameAt?: number): Promise<Proxy> {
  const asked: string[] = [];
  const admits = (incoming: IncomingMessage) =>
    credentials === undefined || incoming.headers["proxy-authorization"] === `Basic ${Buffer.from(credentials).toString("base64")}`;
  const server = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    if (!admits(incoming)) return void outgoing.writeHead(407, { "proxy-authenticate": "Basic" }).end();
    const { "proxy-authorization": _own, ...headers } = incoming.headers;
    const url = new URL(incoming.url ?? "");
    if (everyNameAt !== undefined) url.host = `127.0.0.1:${everyNameAt}`;
    const onward = request(url, { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  server.on("connect", (incoming: IncomingMessage, socket: Socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    if (!admits(incoming)) return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const [host = "", port = ""] = (incoming.url ?? "").split(":");
    const onward = connect(everyNameAt ?? Number(port), everyNameAt === undefined ? host : "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  return { ...(await listen(server)), asked };
}
