// The one table of failures: kind to code, whether to try again or elsewhere, and what to tell people; never a vendor's error class.

/** retrySame: may the same model be asked again; tryNext: may the next candidate be asked. */
export interface FailureRow {
  readonly code: number;
  readonly retrySame: "no" | "afterRetryAfter" | "backoff" | "withoutParameter" | "oneRepair";
  readonly tryNext: "no" | "yes" | "cheaperOnly" | "largerWindowOnly";
  readonly sentence: string;
}

/** Codes: JSON-RPC's and LSP's own where they fit; ours are 1001 and up, outside both reserved ranges. */
export const FAILURES = {
  invalidParams: {
    code: -32602,
    retrySame: "no",
    tryNext: "no",
    sentence: "The request was not understood. Correct the named field and send it again; nothing was sent or charged.",
  },
  notInitialized: { code: -32002, retrySame: "no", tryNext: "no", sentence: "Send initialize first." },
  cancelled: { code: -32800, retrySame: "no", tryNext: "no", sentence: "Cancelled before anything was produced." },
  keyMissing: {
    code: 1001,
    retrySame: "no",
    tryNext: "yes",
    sentence: "No key is set for this provider. Set one to use it; nothing was sent or charged.",
  },
  keyRejected: {
    code: 1002,
    retrySame: "no",
    tryNext: "yes",
    sentence: "The provider refused the key. Check it or set another; nothing was charged.",
  },
  planForbidden: {
    code: 1003,
    retrySame: "no",
    tryNext: "no",
    sentence: "The policy in force does not allow this; nothing was sent or charged.",
  },
  budgetExceeded: {
    code: 1004,
    retrySame: "no",
    tryNext: "cheaperOnly",
    sentence: "A limit would be passed. Raise the limit, wait for its reset, or choose a cheaper model; nothing was sent.",
  },
  noCandidate: {
    code: 1005,
    retrySame: "no",
    tryNext: "no",
    sentence: "No model can take this prompt. Each excluded model is listed with its reason; nothing was sent or charged.",
  },
  contextOverflow: {
    code: 1006,
    retrySame: "no",
    tryNext: "largerWindowOnly",
    sentence: "The conversation does not fit the model's window. Shorten it or choose a model with a larger one.",
  },
  rateLimited: { code: 1007, retrySame: "afterRetryAfter", tryNext: "yes", sentence: "The provider limits the rate of requests for now." },
  providerUnavailable: { code: 1008, retrySame: "backoff", tryNext: "yes", sentence: "The provider could not be reached or failed." },
  requestRefused: {
    code: 1009,
    retrySame: "no",
    tryNext: "no",
    sentence: "The provider refused this prompt. It is not sent to another provider; rephrase it.",
  },
  outputInvalid: {
    code: 1010,
    retrySame: "oneRepair",
    tryNext: "yes",
    sentence: "The answer did not match the schema that was asked for.",
  },
  stalled: { code: 1011, retrySame: "no", tryNext: "yes", sentence: "The provider stopped sending." },
  allFailed: {
    code: 1012,
    retrySame: "no",
    tryNext: "no",
    sentence: "Every model that was tried failed. Each attempt is listed with its reason and cost.",
  },
  creditExhausted: {
    code: 1013,
    retrySame: "no",
    tryNext: "yes",
    sentence: "The account at the provider has no credit left. Top it up there or use another provider.",
  },
  modelNotFound: {
    code: 1014,
    retrySame: "no",
    tryNext: "yes",
    sentence: "The provider does not know this model (any more). Refresh the model list or choose another.",
  },
  requestInvalid: { code: 1015, retrySame: "withoutParameter", tryNext: "no", sentence: "The provider did not accept the request." },
  ledgerUnavailable: {
    code: 1016,
    retrySame: "no",
    tryNext: "no",
    sentence: "The ledger cannot be written, so no limit could hold. Nothing was sent or charged.",
  },
  internal: { code: -32603, retrySame: "no", tryNext: "no", sentence: "Something went wrong inside Latchkey. The log has the details." },
} as const satisfies Record<string, FailureRow>;

export type FailureKind = keyof typeof FAILURES;

export interface FailureDetails {
  readonly provider?: string;
  readonly model?: string;
  /** How long the vendor asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly attempts?: readonly unknown[];
  readonly excluded?: readonly unknown[];
  /** HTTP status when a vendor answered with one. */
  readonly status?: number;
  /** The request parameter a vendor named as unsupported, in the vendor's spelling. */
  readonly parameter?: string;
  /** A budget's figures, a rule's name, a window: whatever a client can show or act on. */
  readonly [more: string]: unknown;
}

/** A failure the house knows; `message` is for people, `details` go onto the wire. A bug is never one of these. */
export class Failure extends Error {
  readonly kind: FailureKind;
  readonly details: FailureDetails;

  constructor(kind: FailureKind, message?: string, details: FailureDetails = {}, options?: { cause?: unknown }) {
    super(message ?? FAILURES[kind].sentence, options);
    this.name = "Failure";
    this.kind = kind;
    this.details = details;
  }

  get row(): FailureRow {
    return FAILURES[this.kind];
  }
}

export function isFailure(value: unknown): value is Failure {
  return value instanceof Failure;
}

/** The wire form: `{ code, message, data: { kind, … } }`. */
export function failureToWire(failure: Failure): { code: number; message: string; data: Record<string, unknown> } {
  return { code: failure.row.code, message: failure.message, data: { kind: failure.kind, ...failure.details } };
}
