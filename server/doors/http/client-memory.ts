// What the door remembers for one client between requests: never another's, since vendors' call ids are not unique among chats.
import { createResponses } from "./openai-responses/surface.ts";
import { createReplay, type Replay } from "./replay.ts";
import type { Surface } from "./surface.ts";

export interface ClientMemory {
  readonly replay: Replay;
  /** The interface that answers from earlier responses. */
  readonly responses: Surface;
}

/** By the token's id: a name may be given again to somebody else. */
export function createMemories(): (clientId: string) => ClientMemory {
  const memories = new Map<string, ClientMemory>();
  return (clientId) => {
    const kept = memories.get(clientId) ?? { replay: createReplay(), responses: createResponses() };
    memories.set(clientId, kept);
    return kept;
  };
}
