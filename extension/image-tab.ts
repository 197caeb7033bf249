// The image panel's editor tab: binds its webview to the desk and turns its messages into calls; holds no description.
import * as path from "node:path";
import * as vscode from "vscode";
import { FromImagePanel, type ToImagePanel } from "../shared/image-panel.ts";
import type { Repair } from "../shared/panel.ts";
import { IMAGE_FILTER } from "./ask-actions.ts";
import { attachImage } from "./attachment.ts";
import type { CodeBlocks } from "./code-blocks.ts";
import type { ImageDesk } from "./image-desk.ts";
import { imageMarkdown } from "./image-text.ts";
import { followLink } from "./links.ts";
import type { Models } from "./models.ts";
import { mendOutside } from "./repairs.ts";
import { tabIcon } from "./tab-icon.ts";
import { pageHtml, webviewOptions } from "./webview-page.ts";

const VIEW_TYPE = "latchkey.images";

export interface ImageTabParts {
  readonly extensionUri: vscode.Uri;
  readonly desk: ImageDesk;
  readonly models: Models;
  readonly codeBlocks: CodeBlocks;
}

export class ImageTab implements vscode.Disposable {
  readonly #parts: ImageTabParts;
  readonly #watching: vscode.Disposable;
  #tab: vscode.WebviewPanel | undefined;

  constructor(parts: ImageTabParts) {
    this.#parts = parts;
    this.#watching = parts.desk.onChange((what) => void this.#show(what));
  }

  /** One tab a window: opening it again brings it to the front. */
  open(): void {
    if (this.#tab) {
      this.#tab.reveal();
      return;
    }
    const { extensionUri } = this.#parts;
    // Beside the text that a description may be put into.
    const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    const tab = vscode.window.createWebviewPanel(VIEW_TYPE, vscode.l10n.t("Describe Image"), column, {
      ...webviewOptions(extensionUri),
      retainContextWhenHidden: true,
    });
    this.#tab = tab;
    tab.iconPath = tabIcon(extensionUri);
    tab.webview.onDidReceiveMessage((given: unknown) => void this.#receive(given));
    tab.onDidDispose(() => {
      this.#tab = undefined;
      this.#parts.desk.stop();
    });
    tab.webview.html = pageHtml({ webview: tab.webview, extensionUri, bundle: "image", title: "Latchkey" });
  }

  dispose(): void {
    this.#watching.dispose();
    this.#tab?.dispose();
  }

  async #show(what: "state" | "subject"): Promise<void> {
    const { desk } = this.#parts;
    if (what === "subject") this.#post({ type: "subject", subject: desk.subject });
    this.#post({ type: "state", state: await desk.state() });
  }

  #post(message: ToImagePanel): void {
    void this.#tab?.webview.postMessage(message);
  }

  async #receive(given: unknown): Promise<void> {
    const parsed = FromImagePanel.safeParse(given);
    if (!parsed.success) return;
    try {
      await this.#obey(parsed.data);
    } catch (error) {
      void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    }
  }

  async #obey(message: FromImagePanel): Promise<unknown> {
    const { desk } = this.#parts;
    switch (message.type) {
      case "ready":
        return this.#show("subject");
      case "choose":
        return this.#choose();
      case "image":
        return desk.take(attachImage(message.name, Buffer.from(message.data, "base64")));
      case "uris":
        return message.uris[0] === undefined ? undefined : desk.takeUri(vscode.Uri.parse(message.uris[0], true));
      case "purpose":
        return desk.setPurpose(message.purpose);
      case "question":
        return desk.setQuestion(message.question);
      case "describe":
        return message.otherModel ? this.#describeWithOther() : desk.describe({ fresh: message.fresh });
      case "stop":
        return desk.stop();
      case "correct":
        return desk.correct(message.correction);
      case "open":
        return desk.open(message.id);
      case "forget":
        return desk.forget(message.id);
      case "copy":
        return this.#copy(message.what);
      case "insert":
        return this.#insert(message.what);
      case "thumbnail":
        return desk.keepThumbnail(message.id, message.data);
      case "link":
        return followLink(message.url);
      case "repair":
        return this.#mend(message.repair);
    }
  }

  async #choose(): Promise<void> {
    const [uri] = (await vscode.window.showOpenDialog({ filters: IMAGE_FILTER })) ?? [];
    if (uri) await this.#parts.desk.takeUri(uri);
  }

  async #describeWithOther(): Promise<void> {
    const model = await this.#parts.models.pick(vscode.l10n.t("Describe with which model?"), false, "vision");
    if (model) await this.#parts.desk.describe({ fresh: true, model });
  }

  async #copy(what: "description" | "altText" | "text"): Promise<void> {
    const { described } = this.#parts.desk;
    if (described) await vscode.env.clipboard.writeText({ ...described, description: described.markdown }[what]);
  }

  async #insert(what: "description" | "image"): Promise<void> {
    const { described, uri } = this.#parts.desk;
    if (!described) return;
    const text = what === "image" && uri ? imageMarkdown(described.altText, this.#pathTo(uri)) : described.markdown;
    await this.#parts.codeBlocks.act({ action: "insert", text: `${text}\n`, languageId: "markdown" });
  }

  /** As the document that it is put into would name it; its whole address when both lie in different places. */
  #pathTo(image: vscode.Uri): string {
    const document = this.#parts.codeBlocks.editor?.document.uri;
    if (document?.scheme !== image.scheme || document.authority !== image.authority) return vscode.workspace.asRelativePath(image, false);
    return path.posix.relative(path.posix.dirname(document.path), image.path);
  }

  async #mend(repair: Repair["id"]): Promise<void> {
    const { desk } = this.#parts;
    if (repair === "retry" || repair === "continue") return void (await desk.describe());
    if (repair === "chooseModel") return this.#describeWithOther();
    return mendOutside(repair, { kind: "", message: "", repairs: [] });
  }
}
