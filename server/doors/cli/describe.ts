// `latchkey describe`: an image in words; what is known of it already is printed again and costs nothing.
import { ImagePurpose } from "../../../shared/image.ts";
import { formatUsd } from "../../../shared/money.ts";
import type { ResultOf } from "../../../shared/protocol.ts";
import { imageAsPart } from "./attach.ts";
import { plain } from "./plain.ts";
import { EXIT, numberOption, oneOf, textOption, UsageError, type Verb, type VerbArguments, type VerbContext } from "./verb.ts";

const PRINTS = ["markdown", "alt", "text"] as const;

export const describe: Verb = {
  summary: "Describe an image: what it shows, its text, and where things lie",
  usage: "FILE-OR-ADDRESS [QUESTION]",
  options: {
    purpose: { type: "string" },
    print: { type: "string" },
    model: { type: "string", short: "m" },
    language: { type: "string" },
    "max-cost": { type: "string" },
    fresh: { type: "boolean" },
    json: { type: "boolean" },
    quiet: { type: "boolean", short: "q" },
  },
  optionHelp: {
    "purpose P": `what it is for: ${ImagePurpose.options.join(", ")}`,
    "print P": "markdown (the default), alt for the alternative text, text for the text in it",
    "model, -m M": "provider/model-id of a model that sees, or auto (the default)",
    "language L": "the language to describe in",
    "max-cost USD": "refuse to spend more than this",
    fresh: "ask again, even where a description is kept",
    json: "print the whole result as JSON",
    quiet: "print the description only, no line about model and cost",
  },
  async run(context, given) {
    const [place, ...question] = given.words;
    if (place === undefined) throw new UsageError("which image? Give a file or an https address");
    const image = await imageAsPart(context.edge, place);
    const chosen = { purpose: oneOf(given, "purpose", ImagePurpose.options), print: oneOf(given, "print", PRINTS) ?? "markdown" };
    const house = await context.openHouse("cli");
    const stop = new AbortController();
    const forget = context.edge.onInterrupt(() => stop.abort());
    try {
      const result = await house.describeImage(
        {
          ...{ image, purpose: chosen.purpose, question: question.join(" ") || undefined },
          ...{ model: textOption(given, "model"), language: textOption(given, "language"), maxCostUsd: numberOption(given, "max-cost") },
          ...{ fresh: given.values.fresh === true, workspace: context.edge.workingFolder },
        },
        { editor: "cli", signal: stop.signal, emit: () => undefined },
      );
      show(context, given, result, chosen.print);
      return EXIT.ok;
    } finally {
      forget();
      await house.close();
    }
  },
};

function show(context: VerbContext, given: VerbArguments, result: ResultOf<"image/describe">, print: (typeof PRINTS)[number]): void {
  const { markdown, altText, text, model, cost, cached, edited } = result;
  const isJson = given.values.json === true;
  context.print(isJson ? JSON.stringify(result, null, 2) : plain({ markdown, alt: altText, text }[print]));
  if (isJson || given.values.quiet === true || context.edge.stdout.isTTY !== true) return;
  const known = cached ? "known already" : `${formatUsd(cost.nanoUsd)} (${cost.provenance})`;
  context.complain(`-- ${[model ?? "a person", known, edited ? "corrected by a person" : ""].filter(Boolean).join(" · ")}`);
}
