// Earlier descriptions of this machine's user as one small file in the extension's own storage; never an image, only a thumbnail.
import * as vscode from "vscode";
import type { ImageHistoryRow } from "../shared/image-panel.ts";
import { ImageEntry } from "./image-entry.ts";
import type { Log } from "./log.ts";
import { trustedValue } from "./settings.ts";

const ENTRIES_MAX = 50;
const SUMMARY_LENGTH_MAX = 160;

export class ImageHistory {
  readonly #file: vscode.Uri;
  readonly #log: Log;
  #entries: ImageEntry[] | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: vscode.Uri, log: Log) {
    this.#file = file;
    this.#log = log;
  }

  /** Newest first; a file that cannot be read is an empty history, and an entry that cannot be loses only itself. */
  async entries(): Promise<readonly ImageEntry[]> {
    this.#entries ??= await this.#read();
    return this.#entries;
  }

  async rows(): Promise<ImageHistoryRow[]> {
    return (await this.entries()).map(({ name, at, thumbnail, described: { id, purpose, description } }) => ({
      ...{ id, name, at, purpose, summary: description.summary.slice(0, SUMMARY_LENGTH_MAX) },
      ...(thumbnail ? { thumbnail } : {}),
    }));
  }

  async find(id: string): Promise<ImageEntry | undefined> {
    return (await this.entries()).find(({ described }) => described.id === id);
  }

  /** Puts an entry first; what is known of it already (its thumbnail) stays. */
  async keep(entry: ImageEntry): Promise<void> {
    const old = await this.find(entry.described.id);
    const others = (await this.entries()).filter((each) => each !== old);
    await this.#write([{ ...old, ...entry }, ...others].slice(0, ENTRIES_MAX));
  }

  async change(id: string, change: Partial<ImageEntry>): Promise<void> {
    await this.#write((await this.entries()).map((entry) => (entry.described.id === id ? { ...entry, ...change } : entry)));
  }

  async forget(id: string): Promise<void> {
    await this.#write((await this.entries()).filter(({ described }) => described.id !== id));
  }

  async #read(): Promise<ImageEntry[]> {
    try {
      const given: unknown = JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(this.#file)));
      return (Array.isArray(given) ? given : []).flatMap((one) => {
        const entry = ImageEntry.safeParse(one);
        return entry.success ? [entry.data] : [];
      });
    } catch {
      // Nothing was kept yet.
      return [];
    }
  }

  async #write(entries: ImageEntry[]): Promise<void> {
    this.#entries = entries;
    if (trustedValue("conversations.keep") === false) return;
    // One write at a time, each aside and then put in place: an editor killed meanwhile leaves the old file whole.
    this.#writing = this.#writing.then(async () => {
      try {
        const aside = this.#file.with({ path: `${this.#file.path}.part` });
        await vscode.workspace.fs.writeFile(aside, new TextEncoder().encode(JSON.stringify(entries)));
        await vscode.workspace.fs.rename(aside, this.#file, { overwrite: true });
      } catch (error) {
        this.#log.warn("The description of an image could not be kept", error);
      }
    });
    await this.#writing;
  }
}
