// The body of a request as a JSON object, however it arrives: read only as far as is allowed, and never repeated in an error.
import type { HonoRequest } from "hono";
import { Failure } from "../../../shared/failure.ts";

/** As much as a frame on stdio: any prompt with images that a vendor takes. */
const MOST_BODY_BYTES = 32 * 1024 * 1024;

export async function readBody(request: HonoRequest): Promise<object> {
  const text = await textOf(request);
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  } catch {
    // Said below, without repeating what came.
  }
  throw new Failure("invalidParams", "The body is not a JSON object. Nothing was sent or charged.");
}

/** A stated length is held to by the HTTP parser; a body without one is counted as it comes. */
async function textOf(request: HonoRequest): Promise<string> {
  const stated = request.header("content-length");
  if (stated === undefined) return counted(request.raw.body);
  if (Number(stated) > MOST_BODY_BYTES) throw tooLarge(`has ${stated} bytes`);
  return request.text();
}

async function counted(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (body === null) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BODY_BYTES) throw tooLarge("goes on and on");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function tooLarge(what: string): Failure {
  const message = `The body ${what}; at most ${MOST_BODY_BYTES} bytes are read. Nothing was sent or charged.`;
  return new Failure("invalidParams", message, { tooLarge: true });
}
