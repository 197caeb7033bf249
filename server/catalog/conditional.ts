// A fetch that asks "changed since?" and answers from the disk when nothing has; also the wall against endless bodies.
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as z from "zod/mini";
import { readText, replaceFile } from "../state/file.ts";
import { makePrivateFolder } from "../state/folder.ts";

const Kept = z.strictObject({
  url: z.string(),
  etag: z.nullable(z.string()),
  lastModified: z.nullable(z.string()),
  contentType: z.string(),
  body: z.string(),
});
type Kept = z.infer<typeof Kept>;

/** No vendor's list is larger by far; OpenRouter's, the largest, has half a megabyte. */
export const MOST_BODY_CHARACTERS = 8 * 2 ** 20;

async function bodyOf(response: Response): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MOST_BODY_CHARACTERS) throw new Error(`the answer is longer than ${MOST_BODY_CHARACTERS / 2 ** 20} MiB`);
  }
  return text + decoder.decode();
}

async function keptAt(path: string): Promise<Kept | null> {
  const text = await readText(path).catch(() => null);
  try {
    return text === null ? null : Kept.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Only GETs are kept. A file that cannot be read or written costs one transfer more, nothing else. */
export function conditionalFetch(inner: typeof fetch, folder: string): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    if (request.method !== "GET") return inner(input, init);
    const path = join(folder, `${createHash("sha256").update(request.url).digest("hex").slice(0, 32)}.json`);
    const kept = await keptAt(path);
    const headers = new Headers(request.headers);
    if (kept?.etag) headers.set("if-none-match", kept.etag);
    if (kept?.lastModified) headers.set("if-modified-since", kept.lastModified);
    const response = await inner(request.url, { ...init, method: "GET", headers, signal: request.signal });
    if (response.status === 304 && kept) {
      await response.body?.cancel();
      return new Response(kept.body, { status: 200, headers: { "content-type": kept.contentType } });
    }
    if (!response.ok) return response;
    const body = await bodyOf(response);
    const [etag, lastModified] = [response.headers.get("etag"), response.headers.get("last-modified")];
    const contentType = response.headers.get("content-type") ?? "application/json";
    if (etag || lastModified) await keep(path, folder, { url: request.url, etag, lastModified, contentType, body });
    return new Response(body, { status: 200, headers: { "content-type": contentType } });
  };
}

async function keep(path: string, folder: string, kept: Kept): Promise<void> {
  await makePrivateFolder(folder).catch(() => undefined);
  await replaceFile(path, JSON.stringify(kept)).catch(() => undefined);
}
