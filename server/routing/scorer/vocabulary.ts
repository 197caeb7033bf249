// Small closed word classes the shape features count: function words and question words, not topics, so that they hold on subjects never seen.

const list = (words: string): ReadonlySet<string> => new Set(words.split(" "));

export const WORD_CLASSES = {
  negation: list(
    "not no never none nor neither without cannot can't don't doesn't isn't aren't won't except least unlikely incorrect false untrue",
  ),
  quantifier: list(
    "all every each any some most many few several both half twice double triple total altogether sum remaining left rest average per",
  ),
  comparison: list(
    "more less fewer greater smaller larger higher lower than most least older younger taller longer shorter faster slower better worse best worst same equal difference",
  ),
  condition: list("if then unless when whenever suppose assume given let whether provided otherwise"),
  cause: list("because since so therefore thus hence due cause causes caused reason result results effect why"),
  time: list(
    "before after during while until first second third last next then later earlier year years month months week weeks day days hour hours minute minutes ago",
  ),
  person: list("i me my mine we us our you your he him his she her they them their i'm i've"),
  modal: list("would could should may might must can will shall likely probably possible"),
  preposition: list("of in on at by for with from to into between among under over through against within"),
  article: list("the a an this that these those"),
  conjunction: list("and or but although however whereas while"),
  request: list(
    "find calculate compute determine evaluate solve simplify estimate derive prove show implement code function program write",
  ),
  create: list(
    "write compose draft imagine rewrite story poem essay blog email letter joke song pretend act roleplay character describe summarize translate brainstorm",
  ),
  explain: list("explain discuss compare analyze analyse justify argue elaborate outline why how"),
  best: list("best most primarily main mainly typically usually generally often correct true statement following according"),
  magnitude: list(
    "hundred thousand million billion dozen percent percentage fraction ratio rate times one two three four five six seven eight nine ten twenty",
  ),
} as const;

/** Not counted as a class: the shape asks for each of them by name. */
export const QUESTION_WORDS = ["what", "which", "who", "when", "where", "why", "how"] as const;
