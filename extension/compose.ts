// Builds every part once, when the first of them is used, and hands them to each other; what stands before that is main.ts's.
import * as vscode from "vscode";
import { askActions } from "./ask-actions.ts";
import { askAboutSoftLimit, budgetActions } from "./budget-actions.ts";
import { chatActions, panelIntents } from "./chat-actions.ts";
import { answerParticipant } from "./chat-participant.ts";
import { ChatViews } from "./chat-views.ts";
import { Chats } from "./chats.ts";
import { Choice } from "./choice.ts";
import type { CodeBlocks } from "./code-blocks.ts";
import type { CommandName } from "./commands.ts";
import { Conversations } from "./conversations.ts";
import { Dashboard } from "./dashboard.ts";
import { readersLanguage } from "./failure-sentences.ts";
import { Hosts } from "./hosts.ts";
import { houseActions } from "./house-actions.ts";
import { imageActions } from "./image-actions.ts";
import { ImageDesk } from "./image-desk.ts";
import { ImageHistory } from "./image-history.ts";
import { ImageTab } from "./image-tab.ts";
import { importActions } from "./import-actions.ts";
import { KeptConversations } from "./kept-conversations.ts";
import { keyActions } from "./key-actions.ts";
import { hintAtKeys } from "./key-hint.ts";
import { Keys } from "./keys.ts";
import { LanguageModels } from "./language-model-provider.ts";
import type { Log } from "./log.ts";
import { Models } from "./models.ts";
import type { Proposals } from "./proposal.ts";
import { Quotes } from "./quotes.ts";
import { mendOutside, showFailure } from "./repairs.ts";
import { settingsForSidecar } from "./settings.ts";
import { Sidecar } from "./sidecar.ts";
import { SoftLimits } from "./soft-limits.ts";
import { StatusBar } from "./status-bar.ts";

/** What was made at activation. */
export interface Early {
  readonly log: Log;
  readonly proposals: Proposals;
  readonly codeBlocks: CodeBlocks;
  readonly statusItem: vscode.StatusBarItem;
  readonly modelsChanged: () => void;
}

type Actions = Readonly<Record<CommandName, (...given: unknown[]) => Promise<unknown>>>;

/** What VS Code asks for by a command, a view, the participant or a model. */
export interface House {
  readonly views: ChatViews;
  readonly languageModels: LanguageModels;
  readonly answer: vscode.ChatRequestHandler;
  run(name: CommandName, given: readonly unknown[]): Promise<unknown>;
}

export function compose(context: vscode.ExtensionContext, early: Early): House {
  const parts = build(context, early);
  const { sidecar, chats, choice, conversations, models, quotes, statusBar, dashboard, views, languageModels, images } = parts;
  context.subscriptions.push(sidecar, chats, conversations, models, quotes, statusBar, dashboard, views, languageModels);
  context.subscriptions.push(images.desk, images.tab, ...connect(context, parts));
  return {
    views,
    languageModels,
    answer: (request, chat, stream, token) => answerParticipant({ sidecar, chats, choice }, request, chat, stream, token),
    run: (name, given) => run(parts.actions, name, given),
  };
}

/** Who hears of what. */
function connect({ globalState }: vscode.ExtensionContext, parts: ReturnType<typeof build>): vscode.Disposable[] {
  const { sidecar, chats, choice, conversations, statusBar, dashboard, images } = parts;
  const setContext = (name: string, value: boolean) => void vscode.commands.executeCommand("setContext", name, value);
  return [
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration("latchkey") && !change.affectsConfiguration("http")) return;
      choice.refresh();
      void sidecar.configure();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void sidecar.configure()),
    chats.onFinished((result) => {
      statusBar.add(result.cost);
      void dashboard.refresh();
      void hintAtKeys(globalState, result);
    }),
    images.desk.onPaid((cost) => {
      statusBar.add(cost);
      void dashboard.refresh();
    }),
    conversations.onRunning(() => {
      statusBar.answering = conversations.answering;
      setContext("latchkey.answering", conversations.answering);
    }),
    conversations.onSettled(() => setContext("latchkey.hasAnswer", true)),
  ];
}

/** Every failure that reaches this edge is shown with the one action that mends it. */
async function run(actions: Actions, name: CommandName, given: readonly unknown[]): Promise<unknown> {
  try {
    return await actions[name](...given);
  } catch (error) {
    await showFailure(error, mendOutside);
    return undefined;
  }
}

function build(context: vscode.ExtensionContext, { log, proposals, codeBlocks, statusItem, modelsChanged }: Early) {
  const { extensionUri, globalState, workspaceState, secrets } = context;
  const [keys, hosts] = [new Keys(secrets, globalState), new Hosts(globalState)];
  const sidecar = new Sidecar(
    {
      settings: () => hosts.allowed(settingsForSidecar()),
      serverPath: vscode.Uri.joinPath(extensionUri, "dist", "latchkey.cjs").fsPath,
      version: String(context.extension.packageJSON.version),
      log,
      language: readersLanguage(),
    },
    (call) => keys.lease(call, (provider, error) => log.warn(`The key for ${provider} could not be handed over`, error)),
  );
  const softLimits = new SoftLimits((refusal) => askAboutSoftLimit(sidecar, refusal));
  const chats = new Chats({ sidecar, softLimits });
  const choice = new Choice(workspaceState);
  const models = new Models(sidecar, choice);
  const earlier = vscode.Uri.joinPath(context.globalStorageUri, "conversations");
  const conversations = new Conversations({ chats, choice, kept: new KeptConversations({ sidecar, earlier, log }), log });
  const quotes = new Quotes(sidecar);
  const statusBar = new StatusBar(sidecar, statusItem);
  const languageModels = new LanguageModels({ sidecar, chats, choice, models, memory: globalState, changed: modelsChanged });
  const dashboard = new Dashboard({ extensionUri, sidecar, log });
  const images = buildImages(context, { sidecar, softLimits, choice, models, codeBlocks, log });
  const chatParts = { conversations, models, codeBlocks, sidecar, views: (): ChatViews => views };
  const views = new ChatViews(conversations, { extensionUri, models, quotes, codeBlocks, intents: panelIntents(chatParts) });
  const actions: Actions = {
    ...askActions({ views, conversations, chats, sidecar }),
    ...chatActions(chatParts),
    ...keyActions({ sidecar, keys, models, log }),
    ...budgetActions({ sidecar, statusBar }),
    ...imageActions(images),
    ...importActions({ storage: context.globalStorageUri, log }),
    ...houseActions({ sidecar, chats, choice, proposals, dashboard, log }),
  };
  return { sidecar, chats, choice, models, conversations, quotes, statusBar, dashboard, languageModels, views, images, actions };
}

interface ImageNeeds {
  readonly sidecar: Sidecar;
  readonly softLimits: SoftLimits;
  readonly choice: Choice;
  readonly models: Models;
  readonly codeBlocks: CodeBlocks;
  readonly log: Log;
}

function buildImages({ extensionUri, globalStorageUri }: vscode.ExtensionContext, needs: ImageNeeds) {
  const { sidecar, softLimits, choice, models, codeBlocks, log } = needs;
  const history = new ImageHistory(vscode.Uri.joinPath(globalStorageUri, "images.json"), log);
  const desk = new ImageDesk({ sidecar, softLimits, choice, history });
  return { desk, tab: new ImageTab({ extensionUri, desk, models, codeBlocks }) };
}
