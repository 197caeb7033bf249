// Sorts a prompt into the few kinds the scorer learned separately, by structure alone. A kind is never a topic.
import type { Anatomy } from "./anatomy.ts";

export const KINDS = ["choice", "program", "programming", "problem", "open"] as const;
export type Kind = (typeof KINDS)[number];

const PROGRAM = /\b(?:def|function|class|return|import|for|while|if|const|let|var|public|void|assert|print)\b|=>|#include/;
const ASKS_PROGRAM =
  /\b(?:write|implement|create|develop|build|design|code|fix|debug|refactor|complete|generate|make|give|find)\b[^.?!\n]{0,80}\b(?:function|programs?|script|method|class|code|algorithm|regex|query|api|component|python|javascript|typescript|java|rust|sql|html|c\+\+|bug|error|endpoint|module|css|schema|unit tests?)\b/i;
const ASKED = /\?|\b(?:find|calculate|compute|determine|evaluate|solve|simplify|how|what|estimate|prove|express)\b/i;

const HOW_MUCH = /\bhow (?:many|much|long|far|old|fast|tall)\b/i;

/** Program text counts only where it is a good part of the prompt; a figure or a formula is not a program. */
const PROGRAM_SHARE = 0.2;

export function kindOf({ stem, options, code }: Anatomy): Kind {
  if (options.length >= 2) return "choice";
  const text = code.join("\n");
  if (PROGRAM.test(text) && text.length >= PROGRAM_SHARE * (text.length + stem.length)) return "program";
  if (ASKS_PROGRAM.test(stem)) return "programming";
  if ((/\d/.test(stem) && ASKED.test(stem)) || HOW_MUCH.test(stem)) return "problem";
  return "open";
}
