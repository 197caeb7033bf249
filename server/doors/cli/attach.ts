// Files, images and stdin as parts of a prompt; what cannot be read is a usage error that names the file.
import { fstatSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { attachmentAsText, languageOf } from "../../../shared/attachment.ts";
import type { ImagePart } from "../../../shared/chat.ts";
import { sniffMediaType } from "../../chat/admit.ts";
import type { Edge } from "../../edge.ts";
import { UsageError } from "./verb.ts";

/** More than any window holds; a file beyond it is a mistake, not a prompt. */
const MOST_FILE_BYTES = 16 * 1024 * 1024;
/** How long an open pipe on stdin may stay silent before it counts as "nothing was piped". */
const STDIN_PATIENCE_MS = 300;

/** `F`, `F:L1` or `F:L1-L2` as text with its header and fence. */
export async function fileAsText(edge: Edge, given: string): Promise<string> {
  const match = /^(.*?)(?::(\d+)(?:-(\d+))?)?$/s.exec(given);
  const exact = await exists(resolve(edge.workingFolder, given));
  const path = exact ? given : (match?.[1] ?? given);
  const bytes = await readBytes(resolve(edge.workingFolder, path), path);
  if (bytes.subarray(0, 8000).includes(0))
    throw new UsageError(`${path} is a binary file; only text can be sent with --file (use --image for pictures)`);
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  const lines = exact || !match?.[2] ? undefined : { from: Number(match[2]), to: Number(match[3] ?? match[2]) };
  const chosen = lines ? pickLines(text, lines, path) : text;
  return attachmentAsText({ path, languageId: languageOf(path), text: chosen, ...(lines ? { lines } : {}) });
}

/** A file, or an https address as it is: whoever needs the image itself fetches it. */
export async function imageAsPart(edge: Edge, path: string): Promise<ImagePart> {
  if (/^https:\/\//i.test(path)) return { type: "image", url: path };
  const bytes = await readBytes(resolve(edge.workingFolder, path), path);
  const mediaType = sniffMediaType(bytes);
  if (mediaType === null) throw new UsageError(`${basename(path)} is not a PNG, JPEG, WebP, GIF or PDF`);
  return { type: "image", mediaType, data: bytes.toString("base64") };
}

/** What was piped in, or "" when stdin is a terminal, closed, or an open pipe that says nothing. */
export async function readStdin(edge: Edge): Promise<string> {
  if (edge.stdin.isTTY || !isReadableSource(edge)) return "";
  return new Promise((resolveText) => {
    const chunks: Buffer[] = [];
    const done = () => resolveText(Buffer.concat(chunks).toString("utf8"));
    const timer = setTimeout(() => {
      edge.stdin.destroy();
      done();
    }, STDIN_PATIENCE_MS);
    edge.stdin.on("data", (chunk: Buffer) => {
      clearTimeout(timer);
      chunks.push(chunk);
    });
    edge.stdin.on("end", done);
    edge.stdin.on("error", done);
  });
}

function isReadableSource(edge: Edge): boolean {
  try {
    const status = fstatSync(edge.stdin.fd ?? 0);
    return status.isFIFO() || status.isFile() || status.isSocket();
  } catch {
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function readBytes(path: string, shown: string): Promise<Buffer> {
  const status = await stat(path).catch(() => null);
  if (status === null) throw new UsageError(`there is no file ${shown}`);
  if (status.isDirectory()) throw new UsageError(`${shown} is a folder; name a file`);
  if (status.size > MOST_FILE_BYTES) throw new UsageError(`${shown} has ${status.size} bytes; at most ${MOST_FILE_BYTES} are sent`);
  return readFile(path).catch((error: Error) => {
    throw new UsageError(`${shown} cannot be read (${"code" in error ? String(error.code) : error.message})`);
  });
}

function pickLines(text: string, lines: { from: number; to: number }, path: string): string {
  const all = text.split("\n");
  if (lines.from < 1 || lines.to < lines.from || lines.from > all.length) {
    throw new UsageError(`${path} has ${all.length} lines; ${lines.from}-${lines.to} is not a range of them`);
  }
  return all.slice(lines.from - 1, lines.to).join("\n");
}
