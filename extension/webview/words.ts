// The reader's language inside a webview: the editor's own translations, handed over in the page; English where one is missing.

type Words = Readonly<Record<string, string | { readonly message: string }>>;

const words: Words = JSON.parse(document.getElementById("words")?.textContent || "{}");

/** `{0}` and so on are replaced; the English sentence is the key. */
export function t(sentence: string, ...values: (string | number)[]): string {
  const found = words[sentence];
  const text = typeof found === "string" ? found : (found?.message ?? sentence);
  return text.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
}
