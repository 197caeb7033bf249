// A request that failed below HTTP: keeps the system's code, and whether the other side may already be working on it.

export class NetworkError extends TypeError {
  /** The system's or undici's code: ECONNREFUSED, ENOTFOUND, UND_ERR_SOCKET, SELF_SIGNED_CERT_IN_CHAIN, … */
  readonly code: string;
  /** False only when certainly no byte of the request was sent: then nothing can have been billed. */
  readonly requestSent: boolean;
  /** "body": the response had begun. */
  readonly phase: "request" | "body";

  constructor(phase: "request" | "body", requestSent: boolean, cause: unknown) {
    // The words of the standard fetch, which SDKs and people know.
    super(phase === "body" ? "terminated" : `fetch failed: ${messageOf(cause)}`, { cause });
    this.name = "NetworkError";
    this.code = codeOf(cause);
    this.requestSent = requestSent;
    this.phase = phase;
  }
}

/** The NetworkError inside whatever an SDK wrapped around it. */
export function networkErrorOf(error: unknown): NetworkError | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    if (at instanceof NetworkError) return at;
  }
  return undefined;
}

function codeOf(cause: unknown): string {
  for (let at = cause, depth = 0; at instanceof Error && depth < 8; at = firstOf(at), depth += 1) {
    if ("code" in at && typeof at.code === "string" && at.code !== "") return at.code;
  }
  return "UNKNOWN";
}

/** Connecting to a name with several addresses fails with one error for all of them. */
function firstOf(error: Error): unknown {
  return error instanceof AggregateError ? error.errors[0] : error.cause;
}

function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === "") return messageOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : String(cause);
}
