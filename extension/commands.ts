// The table of commands: name, title, icon, enablement and the menus each appears in; package.json's part is generated from here.

export interface MenuPlace {
  readonly when?: string;
  readonly group?: string;
}

export interface CommandRow {
  readonly title: string;
  readonly icon?: string;
  readonly enablement?: string;
  /** When the palette offers it; "false" never. */
  readonly palette?: string;
  readonly menus?: Readonly<Record<string, MenuPlace>>;
  readonly key?: { readonly key: string; readonly mac?: string; readonly when?: string };
}

const inChat = "view == latchkey.chat";
const hasEditor = "editorIsOpen";
const isImage = "resourceExtname =~ /^\\.(png|jpe?g|gif|webp)$/i";
const inProposal = "isInDiffEditor && resourceScheme == latchkey-proposal";

/** Ids are `latchkey.<name>`, the category is Latchkey, in the order of the palette's own sorting. */
export const COMMANDS = {
  ask: { title: "Ask…", icon: "$(comment)", key: { key: "ctrl+alt+l", mac: "cmd+alt+l" } },
  askAboutFile: {
    title: "Ask About File…",
    enablement: "resourceSet || editorIsOpen",
    menus: {
      "explorer/context": { when: "!explorerResourceIsFolder", group: "6_latchkey@1" },
      "editor/title/context": { group: "6_latchkey@1" },
    },
  },
  explainSelection: { title: "Explain Selection", enablement: hasEditor, menus: { "latchkey.editor": { group: "1_read@1" } } },
  fixSelection: { title: "Fix Selection", enablement: hasEditor, menus: { "latchkey.editor": { group: "2_write@1" } } },
  writeTests: { title: "Write Tests", enablement: hasEditor, menus: { "latchkey.editor": { group: "2_write@2" } } },
  suggestNames: { title: "Suggest Names", enablement: hasEditor, menus: { "latchkey.editor": { group: "2_write@3" } } },
  usePrompt: { title: "Use Prompt Template…", menus: { "latchkey.editor": { group: "3_more@1" } } },
  writeCommitMessage: {
    title: "Write Commit Message",
    icon: "$(sparkle)",
    enablement: "gitOpenRepositoryCount > 0",
    menus: { "scm/title": { when: "scmProvider == git", group: "navigation" } },
  },
  describeImage: {
    title: "Describe Image…",
    icon: "$(file-media)",
    menus: { "explorer/context": { when: isImage, group: "6_latchkey@2" } },
  },
  estimate: { title: "Estimate Cost of Selection", enablement: hasEditor, menus: { "latchkey.editor": { group: "3_more@2" } } },
  openChat: { title: "Open Chat", icon: "$(comment-discussion)" },
  openChatInEditor: {
    title: "Open Chat in Editor",
    icon: "$(link-external)",
    menus: { "view/title": { when: inChat, group: "2_open@1" } },
  },
  newChat: { title: "New Chat", icon: "$(add)", menus: { "view/title": { when: inChat, group: "navigation@1" } } },
  openHistory: { title: "Open Earlier Chat…", icon: "$(history)", menus: { "view/title": { when: inChat, group: "navigation@2" } } },
  stop: { title: "Stop Answer", icon: "$(debug-stop)", enablement: "latchkey.answering" },
  retry: { title: "Retry Last Answer", enablement: "latchkey.hasAnswer && !latchkey.answering" },
  retryWithOtherModel: { title: "Retry Last Answer with Another Model…", enablement: "latchkey.hasAnswer && !latchkey.answering" },
  focusLastAnswer: {
    title: "Focus Last Answer",
    enablement: "latchkey.hasAnswer",
    key: { key: "ctrl+alt+up", mac: "cmd+alt+up", when: "focusedView == latchkey.chat" },
  },
  focusPrompt: {
    title: "Focus Prompt",
    key: { key: "ctrl+alt+down", mac: "cmd+alt+down", when: "focusedView == latchkey.chat" },
  },
  chooseModel: { title: "Choose Model…", icon: "$(symbol-misc)" },
  choosePolicy: { title: "Choose Policy…" },
  setKey: { title: "Set Key…", icon: "$(key)" },
  manageKeys: { title: "Manage Keys…", icon: "$(key)", menus: { "view/title": { when: inChat, group: "3_manage@1" } } },
  setBudget: { title: "Set Budget…", menus: { "view/title": { when: inChat, group: "3_manage@2" } } },
  openDashboard: { title: "Open Dashboard", icon: "$(graph)", menus: { "view/title": { when: inChat, group: "navigation@3" } } },
  showStatus: { title: "Show Status and Actions…" },
  runDoctor: { title: "Run Doctor", icon: "$(pulse)", menus: { "view/title": { when: inChat, group: "3_manage@3" } } },
  refreshModels: { title: "Refresh Models and Prices", icon: "$(refresh)" },
  exportUsage: { title: "Export Usage…", icon: "$(export)" },
  importSettings: { title: "Import Settings from Other Tools…", menus: { "view/title": { when: inChat, group: "3_manage@4" } } },
  restartSidecar: { title: "Restart Sidecar", icon: "$(debug-restart)" },
  showLog: { title: "Show Log", icon: "$(output)" },
  acceptChange: {
    title: "Accept Change",
    icon: "$(check)",
    palette: inProposal,
    menus: { "editor/title": { when: inProposal, group: "navigation@1" } },
  },
  discardChange: {
    title: "Discard Change",
    icon: "$(discard)",
    palette: inProposal,
    menus: { "editor/title": { when: inProposal, group: "navigation@2" } },
  },
} as const satisfies Record<string, CommandRow>;

export type CommandName = keyof typeof COMMANDS;

export function commandId(name: CommandName): string {
  return `latchkey.${name}`;
}
