// The dashboard's door: typed out, checked in.
import { type FromDashboard, ToDashboard } from "../../shared/dashboard.ts";

declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

const api = acquireVsCodeApi();

export function post(message: FromDashboard): void {
  api.postMessage(message);
}

export function onMessage(handler: (message: ToDashboard) => void): void {
  window.addEventListener("message", (event) => {
    const parsed = ToDashboard.safeParse(event.data);
    if (parsed.success) handler(parsed.data);
  });
}
