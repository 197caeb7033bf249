// What a chat waits for before it asks a vendor, told to whoever listens: a place among the other chats, and a pause that a vendor asked for.
import type { ChatResult } from "../../shared/chat.ts";
import { waitFor } from "../resilience/wait.ts";
import type { Caller, SpineParts } from "./parts.ts";

export async function inTurn({ gate }: Pick<SpineParts, "gate">, caller: Caller, work: () => Promise<ChatResult>): Promise<ChatResult> {
  const leave = await gate.enter(caller.signal, (ahead) => {
    void caller.emit({ type: "waiting", for: "queue", waitedMs: 0, message: `waiting for a place; ${ahead} chats are ahead` });
  });
  try {
    return await work();
  } finally {
    leave();
  }
}

/** False when the caller cancelled meanwhile. */
export async function paused({ now }: Pick<SpineParts, "now">, caller: Caller, waitMs: number, provider: string): Promise<boolean> {
  if (waitMs >= 1000) {
    const message = `${provider} asks to wait; trying again in ${Math.round(waitMs / 1000)} s`;
    await caller.emit({ type: "waiting", for: "retry", waitedMs: 0, retryAtMs: now().getTime() + waitMs, message });
  }
  try {
    await waitFor(waitMs, caller.signal);
    return true;
  } catch {
    return false;
  }
}
