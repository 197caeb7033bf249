// Which proxy a request goes through: settings before environment, exceptions before both; pure, opens nothing.

export interface ProxySources {
  readonly proxy: string | null;
  readonly noProxy: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The proxy's URL for this address, or null to go straight there. */
export function proxyFor(url: URL, { proxy, noProxy, environment }: ProxySources): URL | null {
  const chosen = proxy?.trim() || fromEnvironment(url.protocol, environment);
  if (!chosen) return null;
  const exceptions = [...noProxy, ...(read(environment, "NO_PROXY") ?? "").split(/[\s,]+/)];
  if (exceptions.some((exception) => isExcepted(url, exception))) return null;
  return URL.parse(chosen.includes("://") ? chosen : `http://${chosen}`);
}

function fromEnvironment(protocol: string, environment: ProxySources["environment"]): string | undefined {
  return read(environment, protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY") ?? read(environment, "ALL_PROXY");
}

/** Lower case first, as curl does it: HTTP_PROXY in capitals can be set from outside in CGI programs. */
function read(environment: ProxySources["environment"], name: string): string | undefined {
  return environment[name.toLowerCase()]?.trim() || environment[name]?.trim() || undefined;
}

/** `*`, `host`, `.suffix`, `*.suffix`, `host:port`, `10.0.0.0/8`; a bare host also covers what ends in it after a dot. */
function isExcepted(url: URL, exception: string): boolean {
  const wanted = exception.trim().toLowerCase();
  if (wanted === "") return false;
  if (wanted === "*") return true;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (wanted.includes("/")) return isInNetwork(host, wanted);
  const [, name = wanted, port] =
    /^(.*?)(?::(\d+))?$/.exec(wanted.startsWith("[") || wanted.split(":").length <= 2 ? wanted : `[${wanted}]`) ?? [];
  if (port !== undefined && port !== portOf(url)) return false;
  const suffix = name.replace(/^\[|\]$/g, "").replace(/^\*?\./, "");
  return host === suffix || host.endsWith(`.${suffix}`);
}

function portOf(url: URL): string {
  return url.port || (url.protocol === "https:" ? "443" : "80");
}

function isInNetwork(host: string, network: string): boolean {
  const [base = "", length = ""] = network.split("/");
  const bits = Number(length);
  const [address, start] = [numberOf(host), numberOf(base)];
  if (address === null || start === null || !Number.isInteger(bits) || bits < 0 || bits > 32) return false;
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  return (address & mask) >>> 0 === (start & mask) >>> 0;
}

function numberOf(address: string): number | null {
  const parts = address.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
  return parts.reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0);
}
