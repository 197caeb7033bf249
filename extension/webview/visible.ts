// Signs that turn the reading direction around are named instead of obeyed: code must not look other than it runs; pure.

/** Embeddings, overrides and isolates; the marks that ordinary right-to-left text needs are left alone. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

export function visible(text: string): string {
  return text.replace(TURNS, (sign) => `[U+${sign.charCodeAt(0).toString(16).toUpperCase()}]`);
}
