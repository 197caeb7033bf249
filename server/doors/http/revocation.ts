// Stops what runs for a client whose token is revoked meanwhile; looks at the token file while something runs, and only then.
import type { Send } from "../../chat/send.ts";
import type { TokenStore } from "./tokens.ts";

const LOOK_EVERY_MS = 500;

/** The same `send` for the client of that token: revoking the token stops its chats as hanging up would. */
export function createRevocation(tokens: Pick<TokenStore, "has">): (send: Send, tokenId: string) => Send {
  const running = new Map<AbortController, string>();
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    for (const [stop, tokenId] of running) if (!(await tokens.has(tokenId).catch(() => true))) stop.abort();
  };
  const begin = (tokenId: string) => {
    const stop = new AbortController();
    running.set(stop, tokenId);
    timer ??= setInterval(() => void look(), LOOK_EVERY_MS).unref();
    return stop;
  };
  const end = (stop: AbortController) => {
    running.delete(stop);
    if (running.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return (send, tokenId) => async (request, caller) => {
    const stop = begin(tokenId);
    try {
      return await send(request, { ...caller, signal: AbortSignal.any([caller.signal, stop.signal]) });
    } finally {
      end(stop);
    }
  };
}
