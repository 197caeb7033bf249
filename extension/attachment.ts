// Files, selections and images as parts of a prompt: reads through VS Code's own file system, sends nothing.
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { attachmentAsText, languageOf } from "../shared/attachment.ts";
import type { Part } from "../shared/chat.ts";
import type { AttachmentView } from "../shared/panel.ts";

export interface Attached {
  readonly view: AttachmentView;
  readonly part: Part;
  readonly languageId?: string;
  readonly lines?: number;
}

/** A longer text would fill any window; the reader is told instead of being billed for it. */
const TEXT_BYTES_MAX = 1_000_000;
const IMAGE_BYTES_MAX = 10_000_000;
/** A preview is sent to the panel whole; a larger image shows its name alone. */
const PREVIEW_BYTES_MAX = 400_000;

const IMAGE_SIGNATURES: readonly { mediaType: string; at: number; bytes: readonly number[] }[] = [
  { mediaType: "image/png", at: 0, bytes: [0x89, 0x50, 0x4e, 0x47] },
  { mediaType: "image/jpeg", at: 0, bytes: [0xff, 0xd8, 0xff] },
  { mediaType: "image/gif", at: 0, bytes: [0x47, 0x49, 0x46, 0x38] },
  { mediaType: "image/webp", at: 8, bytes: [0x57, 0x45, 0x42, 0x50] },
];

/** A file as it is on screen (unsaved changes included), or an image by its content. */
export async function attachUri(uri: vscode.Uri): Promise<Attached> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open) return attachDocument(open);
  const stat = await vscode.workspace.fs.stat(uri);
  const name = vscode.workspace.asRelativePath(uri);
  if (stat.type & vscode.FileType.Directory) throw new Error(vscode.l10n.t("{0} is a folder; attach its files one by one.", name));
  if (stat.size > IMAGE_BYTES_MAX) throw new Error(vscode.l10n.t("{0} is too large to attach.", name));
  const bytes = await vscode.workspace.fs.readFile(uri);
  if (imageTypeOf(bytes)) return attachImage(name, bytes);
  if (bytes.subarray(0, 8000).includes(0)) throw new Error(vscode.l10n.t("{0} is neither text nor an image that models can read.", name));
  return attachText(name, languageOf(name), new TextDecoder().decode(bytes));
}

export function attachDocument(document: vscode.TextDocument, range?: vscode.Range): Attached {
  const path = vscode.workspace.asRelativePath(document.uri);
  if (!range) return attachText(path, document.languageId, document.getText());
  return attachText(path, document.languageId, document.getText(range), { from: range.start.line + 1, to: lastLine(range) });
}

export function attachImage(name: string, bytes: Uint8Array): Attached {
  const mediaType = imageTypeOf(bytes);
  if (!mediaType) throw new Error(vscode.l10n.t("{0} is not a PNG, JPEG, GIF or WebP image.", name));
  if (bytes.byteLength > IMAGE_BYTES_MAX) throw new Error(vscode.l10n.t("{0} is too large to attach.", name));
  const data = Buffer.from(bytes).toString("base64");
  const preview = bytes.byteLength <= PREVIEW_BYTES_MAX ? { preview: `data:${mediaType};base64,${data}` } : {};
  return { view: { id: randomUUID(), kind: "image", label: name, ...preview }, part: { type: "image", mediaType, data } };
}

function attachText(path: string, languageId: string, text: string, lines?: { from: number; to: number }): Attached {
  if (text.length > TEXT_BYTES_MAX) throw new Error(vscode.l10n.t("{0} is too large to attach.", path));
  const where = lines ? { lines } : {};
  const label = lines ? `${path}:${lines.from}-${lines.to}` : path;
  return {
    view: { id: randomUUID(), kind: lines ? "selection" : "file", label },
    // Vendors may join a message's parts with nothing between: the question must not stick to the fence.
    part: { type: "text", text: `${attachmentAsText({ path, languageId, text, ...where })}\n\n` },
    languageId,
    ...(lines ? { lines: lines.to - lines.from + 1 } : {}),
  };
}

/** By content: names lie, and a vendor refuses a PNG that says it is a JPEG. */
function imageTypeOf(bytes: Uint8Array): string | undefined {
  return IMAGE_SIGNATURES.find(({ at, bytes: mark }) => mark.every((byte, index) => bytes[at + index] === byte))?.mediaType;
}

/** A selection that ends before a line's first character does not include that line. */
function lastLine(range: vscode.Range): number {
  return range.end.character === 0 && range.end.line > range.start.line ? range.end.line : range.end.line + 1;
}
