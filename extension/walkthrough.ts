// The first minutes as five steps, each an action: the table that package.json's walkthrough is generated from.
import type { CommandName } from "./commands.ts";

export interface WalkthroughStep {
  readonly id: string;
  readonly title: string;
  /** Ends with its action; `{command}` becomes a link to it. */
  readonly description: string;
  readonly action: string;
  readonly command: CommandName;
  readonly altText: string;
}

export const WALKTHROUGH = {
  id: "start",
  title: "Get started with Latchkey",
  description: "Ask first, add a key later: the demo and local models need none.",
} as const;

/** Pictures are in extension/media/walkthrough, one a step, drawn in the theme's own colours. */
export const STEPS: readonly WalkthroughStep[] = [
  {
    id: "ask",
    title: "Ask something",
    description: "No key is needed: a local Ollama, LM Studio or llama.cpp server answers, or the demo does and says so.",
    action: "Ask…",
    command: "ask",
    altText: "A question and the answer that streams in below it, with its cost.",
  },
  {
    id: "explain",
    title: "Explain what you selected",
    description: "Select code in an editor, then use the context menu, the light bulb or this button.",
    action: "Explain Selection",
    command: "explainSelection",
    altText: "Selected code with a menu that offers to explain, fix or test it.",
  },
  {
    id: "key",
    title: "Add a key",
    description: "It is kept in VS Code's secret storage and sent to its provider's own address alone.",
    action: "Set Key…",
    command: "setKey",
    altText: "A key with an arrow to one provider.",
  },
  {
    id: "limit",
    title: "Set a limit that holds",
    description: "The worst case is reserved before anything is sent. What would pass a limit is refused.",
    action: "Set Budget…",
    command: "setBudget",
    altText: "Two bars that fill towards a daily and a conversation limit.",
  },
  {
    id: "dashboard",
    title: "See what it cost",
    description: "By day, model, provider and workspace, down to each attempt.",
    action: "Open Dashboard",
    command: "openDashboard",
    altText: "Bars of what each day cost, coloured by provider.",
  },
];
