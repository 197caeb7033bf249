// Which certificates are trusted: Node's own, NODE_EXTRA_CA_CERTS, the user's files, and the system's when those do not suffice.
import { readFileSync } from "node:fs";
import tls from "node:tls";
import { Failure } from "../../shared/failure.ts";

export interface Trust {
  /** Quick to make: everything but the system's store. Undefined where Node's default is just that. */
  readonly quick: () => tls.SecureContext | undefined;
  /** With the system's store, whose reading costs some 50 ms once (576 certificates, 2026-11-23). */
  readonly thorough: () => tls.SecureContext;
}

/** What OpenSSL says when it does not know who signed; only then can more certificates help. */
const UNKNOWN_SIGNER = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
]);

export function isUnknownSigner(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && UNKNOWN_SIGNER.has(error.code);
}

/** `files` are PEM files; one that cannot be read is an error when a connection needs it, since the user asked for it. */
export function trustOf(files: readonly string[]): Trust {
  // NODE_EXTRA_CA_CERTS is among the files: a Node inside another program may not read it by itself.
  const quick = once(() => (files.length === 0 ? undefined : tls.createSecureContext({ ca: unique([...bundled(), ...files.map(pemOf)]) })));
  const thorough = once(() => tls.createSecureContext({ ca: unique([...bundled(), ...system(), ...files.map(pemOf)]) }));
  return { quick, thorough };
}

function bundled(): string[] {
  return tls.getCACertificates("default");
}

function system(): string[] {
  try {
    return tls.getCACertificates("system");
  } catch {
    return [];
  }
}

function pemOf(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure("providerUnavailable", `The certificate file ${file} cannot be read.`, { final: true }, { cause: error });
  }
  if (!text.includes("-----BEGIN CERTIFICATE-----")) {
    throw new Failure("providerUnavailable", `The file ${file} holds no certificate in PEM form.`, { final: true });
  }
  return text;
}

function unique(certificates: readonly string[]): string[] {
  return [...new Set(certificates)];
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
