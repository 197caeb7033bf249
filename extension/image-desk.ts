// The image that is being described: which one, for what, what it would cost and what came of it; draws nothing.
import * as vscode from "vscode";
import type { DescribedImage, ImagePurpose } from "../shared/image.ts";
import type { ImagePanelState, ImageSubject } from "../shared/image-panel.ts";
import type { Cost } from "../shared/money.ts";
import type { ImageCorrection } from "../shared/panel.ts";
import type { ResultOf } from "../shared/protocol.ts";
import { type Attached, attachUri } from "./attachment.ts";
import type { Choice } from "./choice.ts";
import type { ImageHistory } from "./image-history.ts";
import { corrected } from "./image-text.ts";
import { PROMPTS } from "./prompts.ts";
import { quoteView } from "./quotes.ts";
import { failureView, isCancelled } from "./repairs.ts";
import type { SoftLimits } from "./soft-limits.ts";
import { type Sidecar, workspaceName } from "./sidecar.ts";

export interface ImageDeskParts {
  readonly sidecar: Sidecar;
  readonly softLimits: SoftLimits;
  readonly choice: Choice;
  readonly history: ImageHistory;
}

/** `attached` is absent when only the description was kept. */
interface Subject {
  readonly name: string;
  readonly uri?: vscode.Uri;
  readonly attached?: Attached;
  readonly thumbnail?: string;
}

type Made = Omit<ImagePanelState, "purpose" | "question" | "running" | "history">;

const NOTHING: Made = { quote: null, described: null, failedAttempts: 0, failure: null };

export class ImageDesk implements vscode.Disposable {
  readonly #parts: ImageDeskParts;
  readonly #changed = new vscode.EventEmitter<"state" | "subject">();
  readonly #paid = new vscode.EventEmitter<Cost>();
  readonly onChange = this.#changed.event;
  readonly onPaid = this.#paid.event;
  #subject: Subject | undefined;
  #purpose: ImagePurpose = "describe";
  #question = "";
  #made: Made = NOTHING;
  #stop: vscode.CancellationTokenSource | undefined;

  constructor(parts: ImageDeskParts) {
    this.#parts = parts;
  }

  get subject(): ImageSubject | null {
    if (!this.#subject) return null;
    const { name, uri, attached, thumbnail } = this.#subject;
    const preview = attached ? previewOf(attached) : thumbnail;
    return { name, whole: attached !== undefined, isFile: uri !== undefined, ...(preview ? { preview } : {}) };
  }

  get uri(): vscode.Uri | undefined {
    return this.#subject?.uri;
  }

  get described(): DescribedImage | null {
    return this.#made.described;
  }

  async state(): Promise<ImagePanelState> {
    const running = this.#stop !== undefined;
    return { purpose: this.#purpose, question: this.#question, running, ...this.#made, history: await this.#parts.history.rows() };
  }

  async takeUri(uri: vscode.Uri): Promise<void> {
    this.take(await attachUri(uri), uri);
  }

  take(attached: Attached, uri?: vscode.Uri): void {
    if (attached.view.kind !== "image") throw new Error(vscode.l10n.t("{0} is not a PNG, JPEG, GIF or WebP image.", attached.view.label));
    this.#stop?.cancel();
    this.#subject = { name: attached.view.label, attached, ...(uri ? { uri } : {}) };
    this.#question = "";
    this.#made = NOTHING;
    this.#changed.fire("subject");
    void this.#price();
  }

  setPurpose(purpose: ImagePurpose): void {
    this.#purpose = purpose;
    this.#changed.fire("state");
  }

  setQuestion(question: string): void {
    this.#question = question;
  }

  /** Resolves with the description; a failure is shown in the panel and resolves with nothing. */
  async describe({ fresh = false, model = "auto" } = {}): Promise<ResultOf<"image/describe"> | undefined> {
    const { sidecar, softLimits, choice } = this.#parts;
    const image = this.#subject?.attached?.part;
    if (image?.type !== "image") return undefined;
    this.#stop?.cancel();
    const stop = new vscode.CancellationTokenSource();
    this.#stop = stop;
    this.#made = { ...NOTHING, quote: this.#made.quote };
    this.#changed.fire("state");
    const question = this.#question.trim();
    const { language } = vscode.env;
    const wish = { purpose: this.#purpose, fresh, ...(question ? { question } : {}), ...(language.startsWith("en") ? {} : { language }) };
    try {
      const request = { image, ...wish, model, policy: choice.policy, workspace: workspaceName() };
      const result = await softLimits.send((overSoftLimit) => sidecar.call("image/describe", { ...request, overSoftLimit }, stop.token));
      if (this.#stop === stop) await this.#finish(result);
      return result;
    } catch (error) {
      if (this.#stop === stop && !isCancelled(error)) this.#made = { ...this.#made, failure: failureView(error) };
      return undefined;
    } finally {
      if (this.#stop === stop) this.#stop = undefined;
      stop.dispose();
      this.#changed.fire("state");
    }
  }

  stop(): void {
    this.#stop?.cancel();
  }

  /** From then on these words are what models are told of this image. */
  async correct(correction: ImageCorrection): Promise<void> {
    const entry = await this.#parts.history.find(correction.id);
    const before = this.described?.id === correction.id ? this.described : entry?.described;
    if (!before) return;
    const description = corrected(before.description, correction);
    const { described } = await this.#parts.sidecar.call("image/correct", { id: correction.id, description });
    if (!described) return;
    await this.#parts.history.change(correction.id, { described });
    if (this.described?.id === described.id) this.#made = { ...this.#made, described };
    this.#changed.fire("state");
  }

  /** Shows an earlier description, with its image where that is still to be had. */
  async open(id: string): Promise<void> {
    const entry = await this.#parts.history.find(id);
    if (!entry) return;
    this.#stop?.cancel();
    const uri = entry.uri === undefined ? undefined : vscode.Uri.parse(entry.uri, true);
    const attached = uri ? await attachUri(uri).catch(() => undefined) : undefined;
    const { thumbnail, name, described } = entry;
    this.#subject = { name, ...(uri && attached ? { uri, attached } : {}), ...(thumbnail ? { thumbnail } : {}) };
    this.#purpose = described.purpose;
    this.#question = "";
    this.#made = { ...NOTHING, described };
    this.#changed.fire("subject");
  }

  async forget(id: string): Promise<void> {
    await this.#parts.history.forget(id);
    await this.#parts.sidecar.call("image/correct", { id, description: null });
    if (this.described?.id === id) this.#made = { ...this.#made, described: null };
    this.#changed.fire("state");
  }

  async keepThumbnail(id: string, thumbnail: string): Promise<void> {
    await this.#parts.history.change(id, { thumbnail });
    this.#changed.fire("state");
  }

  dispose(): void {
    this.#stop?.cancel();
    this.#changed.dispose();
    this.#paid.dispose();
  }

  async #finish(result: ResultOf<"image/describe">): Promise<void> {
    const { usage, attempts, route: _, ...described } = result;
    const failedAttempts = attempts.filter(({ outcome }) => outcome !== "ok").length;
    this.#made = { ...this.#made, described, failedAttempts, ...(described.cached ? {} : { usage }) };
    const { name = "", uri } = this.#subject ?? {};
    await this.#parts.history.keep({ name, at: new Date().toISOString(), described, ...(uri ? { uri: uri.toString() } : {}) });
    if (!described.cached) this.#paid.fire(described.cost);
  }

  async #price(): Promise<void> {
    const subject = this.#subject;
    const image = subject?.attached?.part;
    if (!image) return;
    const { sidecar, choice } = this.#parts;
    const messages = [{ role: "user" as const, parts: [image, { type: "text" as const, text: PROMPTS.describeImage.text }] }];
    try {
      const quote = await sidecar.call("chat/estimate", { messages, model: "auto", policy: choice.policy, workspace: workspaceName() });
      if (this.#subject !== subject) return;
      this.#made = { ...this.#made, quote: quoteView(quote) };
      this.#changed.fire("state");
    } catch {
      // A price that cannot be had is not shown; describing says what is wrong.
    }
  }
}

function previewOf({ part }: Attached): string | undefined {
  return part.type === "image" && part.data ? `data:${part.mediaType ?? "image/png"};base64,${part.data}` : undefined;
}
