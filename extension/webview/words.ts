// The reader's language inside a webview: the editor's own translations, handed over in the page; English where one is missing.

type Words = Readonly<Record<string, string | { readonly message: string }>>;

const words: Words = JSON.parse(document.getElementById("words")?.textContent || "{}");

/** The language of the words, for figures; undefined for English, where figures are the machine's own. */
export const language: string | undefined = Object.keys(words).length > 0 ? document.documentElement.lang : undefined;

/** `{0}` and so on are replaced; the English sentence is the key. */
export function t(sentence: string, ...values: (string | number)[]): string {
  const found = words[sentence];
  const text = typeof found === "string" ? found : (found?.message ?? sentence);
  return text.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
}
