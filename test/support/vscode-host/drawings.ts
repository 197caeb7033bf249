// Pictures worth describing, drawn by the browser itself: no file of a stranger is in the tests.
import type { Page } from "playwright-core";

export async function drawLogin(page: Page): Promise<Buffer> {
  return draw(page, [
    { text: "Welcome back", y: 60, size: 26 },
    { text: "ada@example.org", y: 120, size: 18 },
    { text: "Wrong password", y: 180, size: 18, colour: "#b00020" },
    { text: "Sign in", y: 240, size: 20, colour: "#0050b0" },
  ]);
}

export async function drawReceipt(page: Page): Promise<Buffer> {
  return draw(page, [
    { text: "Total", y: 60, size: 26 },
    { text: "6.00", y: 120, size: 26 },
  ]);
}

async function draw(page: Page, lines: readonly { text: string; y: number; size: number; colour?: string }[]): Promise<Buffer> {
  const url = await page.evaluate((rows) => {
    const canvas = document.createElement("canvas");
    canvas.width = 400;
    canvas.height = 300;
    const context = canvas.getContext("2d");
    if (!context) return "";
    context.fillStyle = "#e8e8ec";
    context.fillRect(0, 0, 400, 300);
    context.fillStyle = "#ffffff";
    context.fillRect(70, 20, 260, 260);
    for (const { text, y, size, colour } of rows) {
      context.fillStyle = colour ?? "#202024";
      context.font = `${size}px sans-serif`;
      context.fillText(text, 100, y);
    }
    return canvas.toDataURL("image/png");
  }, lines);
  return Buffer.from(url.split(",")[1] ?? "", "base64");
}
