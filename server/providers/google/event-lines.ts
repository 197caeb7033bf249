// Brings what a Gemini server sent into the one framing that Google's SDK reads: `data:` lines, a blank line after each.
import type { AnswerBody } from "../answer-body.ts";
import { listOf } from "../vendor-json.ts";

const HEADERS = { "content-type": "text/event-stream" };

/** One JSON document (a gateway that ignores streaming) or an array of chunks (no `alt=sse`) become the events they stand for. */
export function asEvents(body: AnswerBody): Response {
  if (body.kind === "events") {
    // The body is the watched iteration of answer-body.ts, which yields bytes.
    return new Response(ReadableStream.from(dataLines(body.response.body as unknown as AsyncIterable<Uint8Array>)), { headers: HEADERS });
  }
  const chunks = Array.isArray(body.value) ? listOf(body.value) : [body.value];
  return new Response(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(""), { headers: HEADERS });
}

/** The SDK passes over an event that begins with anything but `data:`, such as a comment or its name. */
async function* dataLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let rest = "";
  for await (const piece of pieces) {
    const text = rest + decoder.decode(piece, { stream: true });
    // A carriage return at the very end may be the first half of a line end.
    const upTo = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r", text.length - 2)) + 1;
    rest = text.slice(upTo);
    const kept = linesOf(text.slice(0, upTo));
    if (kept !== "") yield encoder.encode(kept);
  }
  const last = linesOf(`${rest}${decoder.decode()}\n`);
  if (last !== "") yield encoder.encode(last);
}

function linesOf(text: string): string {
  return text
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => `${line}\n\n`)
    .join("");
}
