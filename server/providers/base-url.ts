// A base URL as people paste it, in the form that the dialect's SDK wants; what cannot be used is refused with the way to write it.
import { Failure } from "../../shared/failure.ts";
import type { DialectName } from "./provider.ts";

export interface NormalisedUrl {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly origin: string;
  /** The address that requests will go to, for people. */
  readonly endpoint: string;
  /** What was changed, in words; empty when the URL was used as given. */
  readonly changes: readonly string[];
}

interface RowLike {
  readonly id: string;
  readonly dialect: DialectName;
  readonly baseUrl: string;
}

/** What each SDK appends: a pasted endpoint is cut back to what comes before it. */
const ENDPOINTS: Readonly<Record<DialectName, { readonly appended: string; readonly pasted: RegExp }>> = {
  "openai-chat": { appended: "/chat/completions", pasted: /\/(chat\/completions|completions|responses|models|chat)$/ },
  "openai-responses": { appended: "/responses", pasted: /\/(chat\/completions|completions|responses|models|chat)$/ },
  anthropic: { appended: "/v1/messages", pasted: /(\/v1)?\/(messages|models)$|\/v1$/ },
  google: { appended: "/v1beta/models/MODEL:streamGenerateContent", pasted: /\/v1(beta|alpha)?(\/openai|\/models.*)?$/ },
  demo: { appended: "", pasted: /$^/ },
};

/** Their API has no version in its path. */
const UNVERSIONED_HOSTS = ["api.perplexity.ai", "api.deepseek.com", "models.github.ai", "models.inference.ai.azure.com"];

const AZURE_HOST = /\.(openai\.azure\.com|services\.ai\.azure\.com|cognitiveservices\.azure\.com)$/;

export function normaliseBaseUrl(row: RowLike, given: string): NormalisedUrl {
  const url = readUrl(row, given);
  const changes: string[] = [];
  const asGiven = url.pathname;
  let path = asGiven.replace(/\/{2,}/g, "/").replace(/\/+$/, "");
  if (AZURE_HOST.test(url.hostname)) path = azurePath(path);
  else if (row.dialect.startsWith("openai")) path = openaiPath(row, url, path);
  else path = path.replace(ENDPOINTS[row.dialect].pasted, "");
  if (path !== asGiven.replace(/\/$/, "")) changes.push(`the path ${asGiven} was read as ${path || "/"}`);
  if (url.search !== "") changes.push(`the query ${url.search} was left out`);
  if (url.protocol === "http:" && !isLoopback(url.hostname)) changes.push("the connection is not encrypted");
  const baseUrl = `${url.origin}${path}`;
  return { baseUrl, origin: url.origin, endpoint: baseUrl + ENDPOINTS[row.dialect].appended, changes };
}

function readUrl(row: RowLike, given: string): URL {
  const text = given.trim();
  const refuse = (why: string) => new Failure("invalidParams", `The base URL of ${row.id} ${why}.`, { provider: row.id, field: "baseUrl" });
  if (text === "") throw refuse(`is missing; set providers.${row.id}.baseUrl, for example https://RESOURCE.openai.azure.com`);
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw refuse("has no scheme; write it with https:// (or http:// for this machine)");
  if (!URL.canParse(text)) throw refuse("is not an address");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw refuse(`has the scheme ${url.protocol}//; only https:// and http:// are spoken`);
  if (url.username !== "" || url.password !== "") throw refuse("holds a user name or password; set the key as a key instead");
  if (url.protocol === "http:" && !isPrivate(url.hostname)) {
    throw refuse("is not encrypted; write it with https:// (http:// is for this machine and its own network)");
  }
  return url;
}

function openaiPath(row: RowLike, url: URL, given: string): string {
  const path = given.replace(ENDPOINTS[row.dialect].pasted, "").replace(/(\/v\d+)(\/v\d+)+$/, "$1");
  if (path !== "" || UNVERSIONED_HOSTS.includes(url.hostname)) return path;
  const own = row.baseUrl === "" ? "" : readUrl(row, row.baseUrl);
  return own !== "" && own.host === url.host ? own.pathname.replace(/\/$/, "") || "/v1" : "/v1";
}

/** One v1 API serves every deployment since 2025-08: the deployment is the model, the version needs no query. */
function azurePath(path: string): string {
  return path.startsWith("/api/projects/") ? `${path.split("/").slice(0, 4).join("/")}/openai/v1` : "/openai/v1";
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);
}

/** This machine, its network, and names that only a network of its own resolves. */
function isPrivate(host: string): boolean {
  if (isLoopback(host) || /^(10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./.test(host)) return true;
  if (/^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(host) || /^\[f[cd]/.test(host)) return true;
  return /\.(local|lan|internal|home\.arpa|localhost|ts\.net)$/.test(host) || !host.includes(".");
}
