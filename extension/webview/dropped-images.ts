// Images in what is pasted or dropped, and addresses of files; reads them, sends nothing.
import { t } from "./words.ts";

export function imagesIn(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter(({ type }) => type.startsWith("image/"));
}

/** VS Code's own list first; other programs give text/uri-list with comments. */
export function urisIn(data: DataTransfer | null): string[] {
  const list = data?.getData("application/vnd.code.uri-list") || data?.getData("text/uri-list") || "";
  return list.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
}

export function base64Of(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error ?? new Error(t("unreadable")));
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ""));
    reader.readAsDataURL(blob);
  });
}
