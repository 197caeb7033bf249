// One Markdown block to safe DOM: sanitised, no remote image, links that say where they lead; never touches the page itself.
import DOMPurify from "dompurify";
import { Marked, type Tokens } from "marked";
import { visible } from "./visible.ts";
import { t } from "./words.ts";

/** Raw HTML that models do write; anything else, such as `List<String>` in prose, is text. */
const RAW_TAGS =
  /^<\/?(?:b|br|code|dd|del|details|dl|dt|em|hr|i|kbd|li|mark|ol|p|pre|s|strong|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul)\b[^>]*>/i;

const LINK_SCHEMES = /^(?:https?|mailto):/i;

const marked = new Marked({
  gfm: true,
  renderer: {
    html({ text }: Tokens.HTML | Tokens.Tag) {
      return RAW_TAGS.test(text.trim()) ? text : escaped(text);
    },
    image({ href, text }: Tokens.Image) {
      // An image's address can carry what was read to whoever wrote it: it is only loaded when a person follows it.
      return `<a href="${escaped(href)}">${escaped(t("image: {0}", text || href))}</a>`;
    },
  },
});

export function renderMarkdown(source: string, definitions: string): DocumentFragment {
  const shown = visible(source);
  const html = marked.parse(definitions ? `${shown}\n\n${definitions}` : shown, { async: false });
  const fragment = DOMPurify.sanitize(html, {
    RETURN_DOM_FRAGMENT: true,
    USE_PROFILES: { html: true },
    FORBID_TAGS: ["img", "style", "form", "button", "textarea", "select", "video", "audio", "dialog", "picture"],
    FORBID_ATTR: ["style", "class", "id", "name"],
    ALLOW_DATA_ATTR: false,
  });
  for (const link of fragment.querySelectorAll("a")) mark(link);
  for (const table of fragment.querySelectorAll("table")) wrap(table);
  return fragment;
}

function mark(link: HTMLAnchorElement): void {
  const href = link.getAttribute("href") ?? "";
  if (LINK_SCHEMES.test(href)) link.title = href;
  else link.removeAttribute("href");
}

/** A wide table scrolls by itself instead of widening the page. */
function wrap(table: HTMLTableElement): void {
  const box = document.createElement("div");
  box.className = "table-box";
  box.tabIndex = 0;
  table.replaceWith(box);
  box.append(table);
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
