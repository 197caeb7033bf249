// What the scorer reads of a prompt: a bounded head and tail, so that cost is linear up to the limit and flat after it. Never the meaning.

export const HEAD_CHARACTERS = 5_000;
export const TAIL_CHARACTERS = 2_000;
/** The most characters any later step looks at, however long the prompt is. */
export const SAMPLE_CHARACTERS = HEAD_CHARACTERS + TAIL_CHARACTERS + 1;

/** The head and the tail of a long prompt joined by a newline; a short prompt as it is. */
export function sample(prompt: string): string {
  if (prompt.length <= HEAD_CHARACTERS + TAIL_CHARACTERS) return prompt;
  return `${prompt.slice(0, HEAD_CHARACTERS)}\n${prompt.slice(-TAIL_CHARACTERS)}`;
}
