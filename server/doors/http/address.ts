// Where the HTTP door listens and by which names it may be called; loopback unless told otherwise.
import { isIP } from "node:net";
import { Failure } from "../../../shared/failure.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly loopback: boolean;
}

/** `127.0.0.1:4711`, `[::1]:4711`, `localhost:4711`, `:4711` or `4711`; port 0 takes a free one. */
export function parseAddress(given: string): Address {
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[^:[\]]*):)?(\d{1,5})$/.exec(given.trim());
  const port = Number(match?.[2]);
  if (!match || port > 65_535) {
    throw new Failure("invalidParams", `"${given}" is no address to listen on. Give host and port, for example 127.0.0.1:4711.`);
  }
  const host = (match[1] ?? "").replace(/^\[|\]$/g, "") || "127.0.0.1";
  return { host, port, loopback: isLoopback(host) };
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

export function originOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The name in a Host header, without its port and in lower case; null when there is none or it is not one. */
export function hostNameOf(header: string | undefined): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header ?? "");
  return match?.[1]?.toLowerCase().replace(/^\[|\]$/g, "") ?? null;
}

/**
 * A page in a browser can make a name of its own point at this machine (DNS rebinding), never an address: so
 * addresses and "localhost" are taken, and of names only those that were named at the start.
 */
export function isOwnName(name: string, allowed: readonly string[]): boolean {
  return name === "localhost" || isIP(name) !== 0 || allowed.some((one) => one.toLowerCase() === name);
}
