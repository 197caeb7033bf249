// Every dialect by name; the SDK behind each is loaded when it is first used.
import { anthropic } from "./anthropic/dialect.ts";
import { demo } from "./demo/demo.ts";
import { openaiChat } from "./openai-chat/dialect.ts";
import type { Dialect, DialectName } from "./provider.ts";

const DIALECTS: Partial<Record<DialectName, Dialect>> = { "openai-chat": openaiChat, anthropic, demo };

export function dialectNamed(name: DialectName): Dialect | undefined {
  return DIALECTS[name];
}
