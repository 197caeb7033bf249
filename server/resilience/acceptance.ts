// Whether a vendor may have taken a failed request, and so may bill it: what must never be sent twice blindly.
import { type Failure, isFailure } from "../../shared/failure.ts";

/** The socket never stood or never became private: not one byte of the request reached the vendor. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "EADDRNOTAVAIL",
  "EPROTO",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_PRX_TLS",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);
const NEVER_SENT_PREFIXES = ["ERR_TLS_", "ERR_SSL_", "CERT_", "HPE_INVALID_URL"];

/** A gateway gave up waiting: what stands behind it may still be working, and billing. */
const GATEWAY_GAVE_UP: ReadonlySet<number> = new Set([504, 522, 524]);

/** How deep a chain of causes is followed; errors of the runtime's fetch nest two to four deep. */
const DEEPEST_CAUSE = 8;

/** True unless it is certain that the vendor refused the request or never saw it. */
export function mayHaveBeenAccepted(failure: Failure): boolean {
  const { status, inStream } = failure.details;
  // An error inside a successful response came after the request was taken, whatever code it states.
  if (inStream === true) return true;
  if (status !== undefined && status >= 400) return GATEWAY_GAVE_UP.has(status);
  return !causes(failure).some(neverSent);
}

/** True when the vendor gave no HTTP answer at all: its address is at fault rather than one model. */
export function unreachable(failure: Failure): boolean {
  return failure.details.status === undefined && causes(failure).some(neverSent);
}

function neverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (NEVER_SENT.has(code) || NEVER_SENT_PREFIXES.some((prefix) => code.startsWith(prefix))) return true;
  return code === "ECONNRESET" && error.message.includes("before secure TLS connection was established");
}

function causes(failure: Failure): unknown[] {
  const found: unknown[] = [];
  let level: unknown[] = [failure];
  for (let depth = 0; depth < DEEPEST_CAUSE && level.length > 0; depth += 1) {
    found.push(...level);
    level = level.flatMap((error) => {
      if (!(error instanceof Error)) return [];
      const several = error instanceof AggregateError ? error.errors : [];
      return [...several, ...(error.cause === undefined || isFailure(error.cause) ? [] : [error.cause])];
    });
  }
  return found;
}
