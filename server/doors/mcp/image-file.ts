// Image files that a client names by path: only below its roots or the folder it started us in, and only what is an image.
import { readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";
import type { ImagePart } from "../../../shared/chat.ts";
import { Failure } from "../../../shared/failure.ts";
import { sniffMediaType } from "../../chat/admit.ts";

export type ImageFile = (path: string) => Promise<ImagePart>;

const MOST_BYTES = 20 * 1024 * 1024;

/** `roots` are asked for at each call: a client may change them. */
export function createImageFile(workingFolder: string, roots: () => Promise<readonly string[]>): ImageFile {
  return async (given) => {
    const refuse = (why: string) => new Failure("invalidParams", `${given} ${why}. Nothing was sent or charged.`);
    const path = await realpath(resolve(workingFolder, given)).catch(() => null);
    const folders = await Promise.all([workingFolder, ...(await roots())].map((folder) => realpath(folder).catch(() => null)));
    // A file outside is said not to be there: what exists elsewhere is nobody's business.
    if (path === null || !folders.some((folder) => folder !== null && isBelow(path, folder)))
      throw refuse("is no file below the client's roots");
    if ((await stat(path)).size > MOST_BYTES) throw refuse("has more than 20 MiB");
    const bytes = await readFile(path).catch(() => null);
    const mediaType = bytes ? sniffMediaType(bytes) : null;
    if (bytes === null || mediaType === null) throw refuse("is not a PNG, JPEG, WebP, GIF or PDF");
    return { type: "image", mediaType, data: bytes.toString("base64") };
  };
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && !way.startsWith("..") && !isAbsolute(way);
}
