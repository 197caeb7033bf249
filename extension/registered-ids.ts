// The names under which VS Code knows what is no command: they are in package.json too, or in what a window remembers.

export const CHAT_VIEW = "latchkey.chat";
export const CHAT_TAB = "latchkey.chatTab";
export const PARTICIPANT = "latchkey.participant";
/** Of the language models. */
export const VENDOR = "latchkey";
