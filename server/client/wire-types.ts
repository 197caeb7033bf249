// The wire's types under the names that the client uses; in the published declarations they are spelt out instead.
export type { ChatEvent, ChatResult } from "../../shared/chat.ts";
export type { ChatRequest, NotificationMethod, NotificationOf, ParamsOf, RequestMethod, ResultOf } from "../../shared/protocol.ts";
