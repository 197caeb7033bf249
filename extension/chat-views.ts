// Where chats are shown: the side bar view and any number of editor tabs; knows which one the user was last in.
import * as vscode from "vscode";
import { ChatPanel, type PanelParts } from "./chat-panel.ts";
import type { Conversation } from "./conversation.ts";
import type { Conversations } from "./conversations.ts";
import { CHAT_TAB, CHAT_VIEW } from "./registered-ids.ts";
import { tabIcon } from "./tab-icon.ts";

export class ChatViews implements vscode.WebviewViewProvider, vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #conversations: Conversations;
  readonly #parts: PanelParts;
  readonly #panels = new Set<ChatPanel>();
  #side: ChatPanel | undefined;
  #last: ChatPanel | undefined;
  #sideConversation: Conversation | undefined;

  constructor(conversations: Conversations, parts: PanelParts) {
    this.#conversations = conversations;
    this.#parts = parts;
  }

  /** The conversation the user was last in; the side bar's when there is none. */
  get current(): Conversation {
    const conversation = this.#last?.conversation ?? this.#sideConversation;
    if (conversation) return conversation;
    this.#sideConversation = this.#conversations.create();
    return this.#sideConversation;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#sideConversation ??= this.#conversations.create();
    const panel = new ChatPanel(view.webview, this.#sideConversation, this.#parts, true);
    this.#adopt(panel);
    this.#side = panel;
    view.onDidChangeVisibility(() => {
      if (view.visible) this.#last = panel;
    });
    view.onDidDispose(() => {
      this.#side = undefined;
      this.#drop(panel);
    });
  }

  async deserializeWebviewPanel(tab: vscode.WebviewPanel, state: unknown): Promise<void> {
    const id = typeof state === "object" && state !== null && "conversationId" in state ? String(state.conversationId) : "";
    // A conversation that was never kept, or was deleted, comes back as an empty one rather than as an error.
    const conversation = await this.#conversations.open(id).catch(() => this.#conversations.create());
    this.#openIn(tab, conversation);
  }

  openInEditor(conversation: Conversation): void {
    const tab = vscode.window.createWebviewPanel(CHAT_TAB, conversation.transcript.title || vscode.l10n.t("Latchkey Chat"), {
      viewColumn: vscode.ViewColumn.Beside,
    });
    this.#openIn(tab, conversation);
  }

  /** Brings the chat to the front where the user last had it. */
  async reveal(focus: "prompt" | "answer"): Promise<void> {
    const conversation = this.current;
    const panel = this.#last;
    if (!panel || panel === this.#side) await vscode.commands.executeCommand(`${CHAT_VIEW}.focus`);
    (panel ?? this.#side)?.focus(focus);
    this.#sideConversation ??= conversation;
  }

  /** Shows another conversation in the surface the user was last in. */
  async show(conversation: Conversation): Promise<void> {
    const panel = this.#last ?? this.#side;
    panel?.show(conversation);
    if (!panel || panel === this.#side) this.#sideConversation = conversation;
    await this.reveal("prompt");
  }

  dispose(): void {
    for (const panel of this.#panels) panel.dispose();
  }

  #openIn(tab: vscode.WebviewPanel, conversation: Conversation): void {
    const panel = new ChatPanel(tab.webview, conversation, this.#parts, false);
    tab.iconPath = tabIcon(this.#parts.extensionUri);
    this.#adopt(panel);
    const titled = conversation.onMessage(() => {
      tab.title = panel.conversation.transcript.title || tab.title;
    });
    tab.onDidChangeViewState(() => {
      if (tab.active) this.#last = panel;
    });
    tab.onDidDispose(() => {
      titled.dispose();
      this.#drop(panel);
    });
  }

  #adopt(panel: ChatPanel): void {
    this.#panels.add(panel);
    this.#last = panel;
  }

  #drop(panel: ChatPanel): void {
    panel.dispose();
    this.#panels.delete(panel);
    if (this.#last === panel) this.#last = this.#side;
  }
}
