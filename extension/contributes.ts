// package.json's `contributes`, built from the tables of commands, settings and views; pure data in, pure data out.
import * as z from "zod/mini";
import { SETTINGS, type SettingRow } from "../shared/settings.ts";
import { COMMANDS, type CommandRow, commandId } from "./commands.ts";
import { STEPS, WALKTHROUGH } from "./walkthrough.ts";

export interface Contributions {
  readonly contributes: Record<string, unknown>;
  readonly capabilities: Record<string, unknown>;
  /** The English of every `%key%`; other languages translate these. */
  readonly words: Record<string, string>;
}

type Rows<Row> = readonly (readonly [string, Row])[];

export function contributions(): Contributions {
  const words: Record<string, string> = {};
  const word = (key: string, english: string) => {
    words[key] = english;
    return `%${key}%`;
  };
  const commands: Rows<CommandRow> = Object.entries(COMMANDS);
  const settings: Rows<SettingRow> = Object.entries(SETTINGS);
  const contributes = {
    commands: commands.map(([name, row]) => commandEntry(name, row, word)),
    menus: menus(commands),
    submenus: [{ id: "latchkey.editor", label: "Latchkey" }],
    keybindings: commands.flatMap(([name, { key }]) => (key ? [{ command: `latchkey.${name}`, ...key }] : [])),
    viewsContainers: { activitybar: [{ id: "latchkey", title: "Latchkey", icon: "extension/media/key.svg" }] },
    views: {
      latchkey: [{ id: "latchkey.chat", type: "webview", name: word("view.chat", "Chat"), icon: "extension/media/key.svg" }],
    },
    walkthroughs: [walkthrough(word)],
    languageModelChatProviders: [{ vendor: "latchkey", displayName: "Latchkey", managementCommand: "latchkey.manageKeys" }],
    chatParticipants: [participant(word)],
    configuration: {
      title: "Latchkey",
      properties: { ...Object.fromEntries(settings.map(([name, row]) => settingEntry(name, row, word))), ...traceEntry(word) },
    },
  };
  return { contributes, capabilities: capabilities(settings, word), words };
}

type Word = (key: string, english: string) => string;

function commandEntry(name: string, { title, icon, enablement }: CommandRow, word: Word): Record<string, string> {
  return {
    command: `latchkey.${name}`,
    title: word(`command.${name}`, title),
    category: "Latchkey",
    ...(icon ? { icon } : {}),
    ...(enablement ? { enablement } : {}),
  };
}

function menus(commands: Rows<CommandRow>): Record<string, unknown[]> {
  const found: Record<string, unknown[]> = {
    "editor/context": [{ submenu: "latchkey.editor", group: "1_modification@9" }],
    commandPalette: commands.flatMap(([name, { palette }]) => (palette ? [{ command: `latchkey.${name}`, when: palette }] : [])),
  };
  for (const [name, row] of commands) {
    for (const [menu, place] of Object.entries(row.menus ?? {})) {
      found[menu] = [...(found[menu] ?? []), { command: `latchkey.${name}`, ...place }];
    }
  }
  return found;
}

function settingEntry(name: string, row: SettingRow, word: Word): [string, Record<string, unknown>] {
  const entry = {
    ...editorSchema(row.schema),
    ...row.editor,
    default: row.default,
    scope: row.scope,
    markdownDescription: word(`setting.${name}`, row.description),
  };
  return [`latchkey.${name}`, entry];
}

/** Read by the language client itself; of the machine, since a verbose trace keeps prompts in a log file. */
function traceEntry(word: Word): Record<string, unknown> {
  const description = "Writes what VS Code and the sidecar say to each other into the log; `verbose` with all texts, keys left out.";
  const entry = { enum: ["off", "messages", "verbose"], default: "off", scope: "machine" };
  return { "latchkey.trace.server": { type: "string", ...entry, markdownDescription: word("setting.trace.server", description) } };
}

function editorSchema(schema: z.ZodMiniType): Record<string, unknown> {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: "input", target: "draft-7" });
  return plain;
}

function walkthrough(word: Word): Record<string, unknown> {
  const steps = STEPS.map(({ id, title, description, action, command, altText }) => ({
    id,
    title: word(`walkthrough.${id}.title`, title),
    description: word(`walkthrough.${id}.description`, `${description}\n[${action}](command:latchkey.${command})`),
    media: { svg: `extension/media/walkthrough/${id}.svg`, altText: word(`walkthrough.${id}.altText`, altText) },
    completionEvents: [`onCommand:latchkey.${command}`],
  }));
  const { id, title, description } = WALKTHROUGH;
  return { id, title: word("walkthrough.title", title), description: word("walkthrough.description", description), steps };
}

function participant(word: Word): Record<string, unknown> {
  const command = (name: string, description: string) => ({ name, description: word(`participant.${name}`, description) });
  return {
    id: "latchkey.participant",
    name: "latchkey",
    fullName: "Latchkey",
    description: word("participant.description", "Models on your own keys, routed within your budget"),
    isSticky: true,
    commands: [
      command("explain", "Explain the selection or what you attach"),
      command("estimate", "What the question would cost, without asking it"),
      command("why", "Why the last answer came from its model"),
    ],
  };
}

/** What a workspace may not decide before its owner trusts it; the code asks again (settings.ts). */
function capabilities(settings: Rows<SettingRow>, word: Word): Record<string, unknown> {
  const restricted = settings.filter(([, { scope }]) => scope === "machine").map(([name]) => `latchkey.${name}`);
  return {
    untrustedWorkspaces: {
      supported: "limited",
      description: word("trust", "In an untrusted workspace its settings and its prompt templates are ignored; everything else works."),
      restrictedConfigurations: restricted,
    },
    virtualWorkspaces: {
      supported: "limited",
      description: word("virtual", "Files are read through VS Code; a commit message needs a local repository."),
    },
  };
}

/** Every command id, for whoever compares them with what is registered. */
export function commandIds(): string[] {
  return (Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]).map(commandId);
}
