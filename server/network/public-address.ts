// Which addresses are the public internet's: an image's address that somebody else wrote may lead nowhere else; pure but for the system's resolver.
import { lookup as resolve } from "node:dns";
import { BlockList, isIP, isIPv4, isIPv6, type LookupFunction } from "node:net";
import { Failure } from "../../shared/failure.ts";

/** IANA's registries of special-purpose addresses for IPv4 and IPv6, 2026-10: what is not globally reachable, and multicast. */
const CLOSED_V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];
/** Of IPv6 only 2000::/3 is given out at all; within it these are not the internet, or hold an IPv4 address that could be anything. */
const CLOSED_V6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const closed = blocked(CLOSED_V4, CLOSED_V6);
const given = blocked([], [["2000::", 3]]);

function blocked(v4: readonly (readonly [string, number])[], v6: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of v4) list.addSubnet(net, prefix, "ipv4");
  for (const [net, prefix] of v6) list.addSubnet(net, prefix, "ipv6");
  return list;
}

/** False for whatever is no address, too. IPv4 written as IPv6 (::ffff:a.b.c.d, 64:ff9b::/96) lies outside 2000::/3 and is refused. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !closed.check(address, "ipv4");
  return isIPv6(address) && given.check(address, "ipv6") && !closed.check(address, "ipv6");
}

/** Before anything is resolved: encrypted, without credentials, and not an address that is closed as it stands. */
export function checkPublicUrl(url: URL, isOpen: (address: string) => boolean): void {
  if (url.protocol !== "https:") throw refusal(url, "is not an https address");
  if (url.username !== "" || url.password !== "") throw refusal(url, "contains a user name or password");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && !isOpen(host)) throw refusal(url, "is an address of a private network");
}

/** Resolves and checks in one step: what is connected to is the very address that was checked. */
export function publicLookup(isOpen: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, "");
      const shut = found.find(({ address }) => !isOpen(address));
      const [first] = found;
      if (shut || !first) return callback(refusal(new URL(`https://${hostname}`), "leads to a private network"), "");
      if (options.all === true) return callback(null, found);
      callback(null, first.address, first.family);
    });
  };
}

function refusal(url: URL, why: string): Failure {
  const message = `Not understood: the image's address (${url.host}) ${why}. Send the image itself, or an address on the public internet. Nothing was sent or charged.`;
  return new Failure("invalidParams", message, { fields: ["url"], origin: url.origin });
}
