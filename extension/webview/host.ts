// The webview's only door: messages out are typed, messages in are checked; state survives a reload through VS Code.
import { type FromPanel, PanelState, ToPanel } from "../../shared/panel.ts";

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

export function post(message: FromPanel): void {
  api.postMessage(message);
}

export function onMessage(handler: (message: ToPanel) => void): void {
  window.addEventListener("message", (event) => {
    const parsed = ToPanel.safeParse(event.data);
    if (parsed.success) handler(parsed.data);
  });
}

/** What came with the page itself, checked as a message is; null where the extension is still to say it. */
export function firstState(): PanelState | null {
  const parsed = PanelState.safeParse(JSON.parse(document.getElementById("state")?.textContent || "null"));
  return parsed.success ? parsed.data : null;
}

/** VS Code hands this back when it restores an editor tab. */
export function rememberConversation(conversationId: string): void {
  api.setState({ conversationId });
}
