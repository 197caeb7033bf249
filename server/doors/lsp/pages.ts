// Answers as pages that an editor can open: files of this session's own folder, gone with it.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { LanguageClient } from "./client.ts";

export class Pages {
  readonly #client: LanguageClient;
  #folder: Promise<string> | null = null;
  #count = 0;

  constructor(client: LanguageClient) {
    this.#client = client;
  }

  /**
   * Shows the text by `window/showDocument`, else puts it into a buffer of its own by `workspace/applyEdit`.
   * The page's address, or null when the client can do neither.
   */
  async show(name: string, text: string): Promise<string | null> {
    const { can } = this.#client;
    if (!can.showDocument && !can.applyEdit) return null;
    this.#count += 1;
    this.#folder ??= mkdtemp(join(tmpdir(), "latchkey-"));
    const path = join(await this.#folder, `${name}-${this.#count}.md`);
    const uri = pathToFileURL(path).href;
    await writeFile(path, can.showDocument ? text : "", { mode: 0o600 });
    if (can.showDocument) return (await this.#client.showDocument(uri)) ? uri : null;
    const start = { line: 0, character: 0 };
    const { applied } = await this.#client.applyEdit("Latchkey's answer", {
      changes: { [uri]: [{ range: { start, end: start }, newText: text }] },
    });
    return applied ? uri : null;
  }

  async close(): Promise<void> {
    const folder = await this.#folder;
    if (folder) await rm(folder, { recursive: true, force: true });
  }
}
