// Every dialect by name; the SDK behind each is loaded when it is first used.
import { anthropic } from "./anthropic/dialect.ts";
import { demo } from "./demo/demo.ts";
import { google } from "./google/dialect.ts";
import { openaiChat } from "./openai-chat/dialect.ts";
import { openaiResponses } from "./openai-responses/dialect.ts";
import type { Dialect, DialectName } from "./provider.ts";

const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  "openai-chat": openaiChat,
  "openai-responses": openaiResponses,
  anthropic,
  google,
  demo,
};

export function dialectNamed(name: DialectName): Dialect {
  return DIALECTS[name];
}
