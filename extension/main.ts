// Activation: builds the parts, registers the tables, pushes the disposables; starts nothing and opens nothing.
import * as vscode from "vscode";
import { askActions } from "./ask-actions.ts";
import { askAboutSoftLimit, budgetActions } from "./budget-actions.ts";
import { chatActions, panelIntents } from "./chat-actions.ts";
import { ChatViews } from "./chat-views.ts";
import { registerParticipant } from "./chat-participant.ts";
import { Chats } from "./chats.ts";
import { Choice } from "./choice.ts";
import { CodeActions } from "./code-actions.ts";
import { CodeBlocks } from "./code-blocks.ts";
import { Dashboard } from "./dashboard.ts";
import { type CommandName, COMMANDS, commandId } from "./commands.ts";
import { Conversations } from "./conversations.ts";
import { readersLanguage } from "./failure-sentences.ts";
import { importActions } from "./import-actions.ts";
import { hintAtKeys } from "./key-hint.ts";
import { houseActions } from "./house-actions.ts";
import { keyActions } from "./key-actions.ts";
import { Hosts } from "./hosts.ts";
import { KeptConversations } from "./kept-conversations.ts";
import { imageActions } from "./image-actions.ts";
import { ImageDesk } from "./image-desk.ts";
import { ImageHistory } from "./image-history.ts";
import { ImageTab } from "./image-tab.ts";
import { Keys } from "./keys.ts";
import { LanguageModels, VENDOR } from "./language-model-provider.ts";
import { createLog, type Log } from "./log.ts";
import { Models } from "./models.ts";
import { Proposals } from "./proposal.ts";
import { Quotes } from "./quotes.ts";
import { mendOutside, showFailure } from "./repairs.ts";
import { settingsForSidecar } from "./settings.ts";
import { Sidecar } from "./sidecar.ts";
import { SoftLimits } from "./soft-limits.ts";
import { StatusBar } from "./status-bar.ts";

type Actions = Readonly<Record<CommandName, (...given: unknown[]) => Promise<unknown>>>;

export function activate(context: vscode.ExtensionContext): void {
  const parts = build(context);
  const { sidecar, chats, choice, conversations, models, quotes, proposals, codeBlocks, statusBar, dashboard, views, log } = parts;
  context.subscriptions.push(log, sidecar, chats, conversations, models, quotes, proposals, codeBlocks, statusBar, dashboard, views);
  registerCommands(context, parts.actions);
  context.subscriptions.push(
    parts.languageModels,
    vscode.lm.registerLanguageModelChatProvider(VENDOR, parts.languageModels),
    registerParticipant({ extensionUri: context.extensionUri, sidecar, chats, choice }),
  );
  parts.languageModels.announce();
  context.subscriptions.push(
    vscode.languages.registerCodeActionsProvider({ scheme: "*" }, new CodeActions(), CodeActions.metadata),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration("latchkey") && !change.affectsConfiguration("http")) return;
      choice.refresh();
      void sidecar.configure();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void sidecar.configure()),
    chats.onFinished((result) => {
      statusBar.add(result.cost);
      void dashboard.refresh();
      void hintAtKeys(context.globalState, result);
    }),
    parts.images.desk,
    parts.images.tab,
    parts.images.desk.onPaid((cost) => {
      statusBar.add(cost);
      void dashboard.refresh();
    }),
    conversations.onRunning(() => {
      statusBar.answering = conversations.answering;
      void vscode.commands.executeCommand("setContext", "latchkey.answering", conversations.answering);
    }),
    conversations.onSettled(() => void vscode.commands.executeCommand("setContext", "latchkey.hasAnswer", true)),
  );
}

function build(context: vscode.ExtensionContext) {
  const { extensionUri, globalState, workspaceState, secrets } = context;
  const log = createLog();
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
  const proposals = new Proposals();
  const codeBlocks = new CodeBlocks(proposals);
  const quotes = new Quotes(sidecar);
  const statusBar = new StatusBar(sidecar);
  const languageModels = new LanguageModels({ sidecar, chats, choice, models, memory: globalState });
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
  return {
    log,
    sidecar,
    chats,
    choice,
    models,
    conversations,
    proposals,
    codeBlocks,
    quotes,
    statusBar,
    dashboard,
    languageModels,
    views,
    images,
    actions,
  };
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

/** Every failure that reaches this edge is shown with the one action that mends it. */
function registerCommands(context: vscode.ExtensionContext, actions: Actions): void {
  for (const name of Object.keys(COMMANDS) as CommandName[]) {
    const run = async (...given: unknown[]) => {
      try {
        return await actions[name](...given);
      } catch (error) {
        await showFailure(error, mendOutside);
        return undefined;
      }
    };
    context.subscriptions.push(vscode.commands.registerCommand(commandId(name), run));
  }
}
