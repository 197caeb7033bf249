// The body of a successful answer, told apart by its first bytes: events to iterate, or one whole JSON document.
import { Failure } from "../../shared/failure.ts";
import type { Streamed } from "../network/wire-response.ts";
import { parseJson } from "./vendor-json.ts";

/**
 * Gateways ignore `stream: true` and label bodies wrongly in both directions, so the first byte that is not space
 * decides. `tail()` is the end of what was read so far, to see a sentinel that the SDK consumes.
 */
export type AnswerBody =
  | { readonly kind: "events"; readonly response: Response; readonly tail: () => string }
  | { readonly kind: "whole"; readonly value: unknown };

export async function openAnswer(response: Response | (Response & Streamed), provider: string): Promise<AnswerBody> {
  const pieces: AsyncIterator<Uint8Array> | undefined =
    "pieces" in response ? (response.pieces ?? undefined) : response.body?.[Symbol.asyncIterator]();
  const opening: Uint8Array[] = [];
  let first = -1;
  while (pieces && first < 0) {
    const { value, done } = await pieces.next();
    if (done) break;
    opening.push(value);
    first = firstMark(value);
  }
  if (!pieces || first < 0) throw broken(provider, "an empty answer");
  if (first === 0x7b || first === 0x5b) return { kind: "whole", value: await readWhole(opening, pieces, provider) };
  if (first === 0x3c) {
    await pieces.return?.();
    throw new Failure("providerUnavailable", `${provider} answered with a web page instead of an answer; check its base URL.`, {
      provider,
      status: response.status,
      broken: true,
    });
  }
  return events(opening, pieces, response.headers);
}

/** The first byte that is neither space nor part of a UTF-8 byte order mark, or -1. */
function firstMark(piece: Uint8Array): number {
  for (const byte of piece) if (byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf) return byte;
  return -1;
}

async function readWhole(opening: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>, provider: string): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = opening.map((piece) => decoder.decode(piece, { stream: true })).join("");
  for (;;) {
    const { value, done } = await rest.next();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  const value = parseJson(text + decoder.decode());
  if (value === undefined) throw broken(provider, "an answer that breaks off");
  return value;
}

/** Some servers end without the blank line that closes their last event, and an SDK then drops it. */
const LAST_LINE_ENDS = new TextEncoder().encode("\n\n");

function events(opening: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>, headers: Headers): AnswerBody {
  let end: Uint8Array = new Uint8Array();
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      for (const piece of opening) {
        end = endOf(end, piece);
        yield piece;
      }
      for (;;) {
        const { value, done } = await rest.next();
        if (done) break;
        end = endOf(end, value);
        yield value;
      }
      yield LAST_LINE_ENDS;
    } finally {
      await rest.return?.();
    }
  }
  const tail = () => new TextDecoder().decode(end);
  // The SDK reads `body` by async iteration and `headers` for its errors; a Response around it would copy every piece.
  return { kind: "events", response: { body: watched(), headers } as unknown as Response, tail };
}

/** Enough for any sentinel and the line ends around it. */
const TAIL_BYTES = 64;

/** No copy but of pieces that are smaller than the tail itself. */
function endOf(before: Uint8Array, piece: Uint8Array): Uint8Array {
  if (piece.length >= TAIL_BYTES) return piece.subarray(-TAIL_BYTES);
  const kept = before.subarray(Math.max(0, before.length + piece.length - TAIL_BYTES));
  const joined = new Uint8Array(kept.length + piece.length);
  joined.set(kept);
  joined.set(piece, kept.length);
  return joined;
}

export function broken(provider: string, what: string, cause?: unknown): Failure {
  return new Failure("providerUnavailable", `${provider} sent ${what}.`, { provider, broken: true }, { cause });
}
