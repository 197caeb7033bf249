// The image panel's door: typed out, checked in.
import { type FromImagePanel, ToImagePanel } from "../../shared/image-panel.ts";

declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

const api = acquireVsCodeApi();

export function post(message: FromImagePanel): void {
  api.postMessage(message);
}

export function onMessage(handler: (message: ToImagePanel) => void): void {
  window.addEventListener("message", (event) => {
    const parsed = ToImagePanel.safeParse(event.data);
    if (parsed.success) handler(parsed.data);
  });
}
