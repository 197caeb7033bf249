// Rewordings that leave a prompt's meaning alone, to see whether a decision survives them. Written by rule, used in checks only.

const SYNONYMS: ReadonlyArray<readonly [RegExp, string]> = [
  [/\bfind\b/g, "work out"],
  [/\bcalculate\b/gi, "compute"],
  [/\bdetermine\b/gi, "establish"],
  [/\bbegin(s?)\b/g, "start$1"],
  [/\bbuy(s?)\b/g, "purchase$1"],
  [/\blarge\b/g, "big"],
  [/\bin total\b/g, "altogether"],
  [/\bthus\b/gi, "therefore"],
  [/\bshow\b/g, "demonstrate"],
  [/\bhelp(s?)\b/g, "aid$1"],
  [/\bquickly\b/g, "fast"],
  [/\bstudents\b/g, "pupils"],
  [/\bmost likely\b/g, "most probably"],
  [/\bfunction to\b/g, "function that can"],
];

/** Program text is not prose: lines that may be code are left as they are. */
const perProseLine = (prompt: string, change: (line: string) => string): string =>
  /\b(?:def|return|assert)\b/.test(prompt) ? prompt : prompt.split("\n").map(change).join("\n");

const optionStyle = (style: (letter: string) => string) => (prompt: string) =>
  prompt.replace(/^([A-J])[.)] ?/gm, (_, letter: string) => `${style(letter)} `);

export const REWORDINGS: Readonly<Record<string, (prompt: string) => string>> = {
  "spaces doubled": (prompt) => perProseLine(prompt, (line) => line.replaceAll(" ", "  ")),
  "blank lines between lines": (prompt) => prompt.replaceAll("\n", "\n\n"),
  "lower case": (prompt) => perProseLine(prompt, (line) => line.toLowerCase()),
  "Question: before": (prompt) => `Question: ${prompt}`,
  "options as (A)": optionStyle((letter) => `(${letter})`),
  "options as a)": optionStyle((letter) => `${letter.toLowerCase()})`),
  "polite opening": (prompt) => `Hello! Could you please help me with this question?\n\n${prompt}`,
  "instruction before": (prompt) => `Please answer the following question.\n\n${prompt}`,
  "thanks after": (prompt) => `${prompt}\n\nThank you in advance!`,
  "answer cue after": (prompt) => `${prompt.replace(/\s*Answer:\s*$/, "")}\nAnswer:`,
  "step by step after": (prompt) => `${prompt}\n\nThink step by step.`,
  "tutor's opening": (prompt) => `As a seasoned tutor, respond to what follows as well as you can.\n\n${prompt}`,
  "story before": (prompt) => `My colleague and I were arguing about this over lunch and could not settle it.\n\n${prompt}`,
  "remark after": (prompt) => `${prompt}\n\nI would appreciate a short and precise reply, as I am in a hurry.`,
  "class text before": (prompt) => `This one comes from the material we went through on Monday.\n\n${prompt}`,
  "bear with me before": (prompt) => `OK, so here goes, bear with me because it is a tricky one: ${prompt}`,
  "take your time after": (prompt) => `${prompt} Take your time and then give the final result.`,
  "options as dashes": (prompt) => prompt.replace(/^[A-J][.)] ?/gm, "- "),
  "first words swapped": (prompt) =>
    perProseLine(prompt, (line) =>
      line
        .replace(/^What is\b/, "What's")
        .replace(/^Which of the following/, "Which one of these")
        .replace(/^How many\b/, "What number of"),
    ),
  "final full stop dropped": (prompt) => prompt.replace(/[.?]$/, ""),
  synonyms: (prompt) => perProseLine(prompt, (line) => SYNONYMS.reduce((text, [from, to]) => text.replace(from, to), line)),
};
