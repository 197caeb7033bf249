// Activation: registers what VS Code must know from the start and returns. Everything behind it is loaded and built by the first command,
// view, question or restored tab (compose.ts, a file of its own in dist); nothing is started and nothing opened.
import * as vscode from "vscode";
import { CodeActions } from "./code-actions.ts";
import { CodeBlocks } from "./code-blocks.ts";
import { type CommandName, COMMANDS, commandId } from "./commands.ts";
import type { Early, House } from "./compose.ts";
import { type Information, knownModels } from "./known-models.ts";
import { createLog } from "./log.ts";
import { Proposals } from "./proposal.ts";
import { CHAT_TAB, CHAT_VIEW, PARTICIPANT, VENDOR } from "./registered-ids.ts";
import { createStatusItem } from "./status-item.ts";
import { tabIcon } from "./tab-icon.ts";

/** Everything else: the same for whoever asks, built for the first. */
type Rest = () => Promise<House>;

export function activate(context: vscode.ExtensionContext): void {
  const [log, statusItem, proposals] = [createLog(), createStatusItem(), new Proposals()];
  const codeBlocks = new CodeBlocks(proposals);
  const modelsChanged = new vscode.EventEmitter<void>();
  const rest = lateHouse(context, { log, proposals, codeBlocks, statusItem, modelsChanged: () => modelsChanged.fire() });
  context.subscriptions.push(log, statusItem, proposals, codeBlocks, modelsChanged);
  context.subscriptions.push(
    ...commands(rest),
    ...chatSurfaces(rest),
    vscode.lm.registerLanguageModelChatProvider(VENDOR, languageModels(rest, context.globalState, modelsChanged.event)),
    participant(rest, context.extensionUri),
    vscode.languages.registerCodeActionsProvider({ scheme: "*" }, new CodeActions(), CodeActions.metadata),
  );
  // VS Code asks for models when somebody needs them; a fresh profile's first message comes before that and would find
  // none. Told of a change, it asks now, silently.
  modelsChanged.fire();
}

function lateHouse(context: vscode.ExtensionContext, early: Early): Rest {
  let house: Promise<House> | undefined;
  const build = async () => (await import("./compose.ts")).compose(context, early);
  return () => {
    house ??= build().catch((error) => {
      early.log.error("Latchkey could not be loaded", error);
      throw error;
    });
    return house;
  };
}

function commands(rest: Rest): vscode.Disposable[] {
  const names = Object.keys(COMMANDS) as CommandName[];
  return names.map((name) =>
    vscode.commands.registerCommand(commandId(name), async (...given: unknown[]) => (await rest()).run(name, given)),
  );
}

function chatSurfaces(rest: Rest): vscode.Disposable[] {
  const view: vscode.WebviewViewProvider = {
    resolveWebviewView: async (shown) => (await rest()).views.resolveWebviewView(shown),
  };
  const tabs: vscode.WebviewPanelSerializer = {
    deserializeWebviewPanel: async (tab, state) => (await rest()).views.deserializeWebviewPanel(tab, state),
  };
  return [
    vscode.window.registerWebviewViewProvider(CHAT_VIEW, view, { webviewOptions: { retainContextWhenHidden: true } }),
    vscode.window.registerWebviewPanelSerializer(CHAT_TAB, tabs),
  ];
}

function languageModels(
  rest: Rest,
  memory: vscode.Memento,
  onDidChangeLanguageModelChatInformation: vscode.Event<void>,
): vscode.LanguageModelChatProvider<Information> {
  return {
    onDidChangeLanguageModelChatInformation,
    /** Answers at once with what was last known; asking silently starts nothing, loads nothing and shows nothing. */
    provideLanguageModelChatInformation: async ({ silent }) => {
      if (!silent) await (await rest()).languageModels.load();
      return knownModels(memory);
    },
    provideLanguageModelChatResponse: async (...asked) => (await rest()).languageModels.provideLanguageModelChatResponse(...asked),
    provideTokenCount: async (...asked) => (await rest()).languageModels.provideTokenCount(...asked),
  };
}

function participant(rest: Rest, extensionUri: vscode.Uri): vscode.Disposable {
  const created = vscode.chat.createChatParticipant(PARTICIPANT, async (...asked) => (await rest()).answer(...asked));
  created.iconPath = tabIcon(extensionUri);
  return created;
}
