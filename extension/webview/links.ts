// Links of answers: handed to the extension, since VS Code follows a webview's link in a trusted workspace without asking.

/** The webview's own page must not see the click: it would follow the link itself. */
export function routeLinks(follow: (url: string) => void): void {
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      const url = link?.getAttribute("href");
      if (!url) return;
      event.preventDefault();
      event.stopPropagation();
      follow(url);
    },
    { capture: true },
  );
}
