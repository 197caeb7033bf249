// The vendor of the benchmark in a process of its own: answers rendered beforehand and written to raw sockets, so that it is never what is measured.
// Prints its port. The model's name says what comes: short (8 chunks), burst (5,000 at once), flow (1,000 a second for a second), hang (one chunk, then silence).
import { createServer } from "node:net";

const event = (value) => `data: ${JSON.stringify(value)}\n\n`;
const delta = (content) =>
  event({
    id: "c",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
  });
const tail = (count) =>
  event({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }) +
  event({
    id: "c",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [],
    usage: { prompt_tokens: 12, completion_tokens: count, total_tokens: 12 + count },
  }) +
  "data: [DONE]\n\n";
const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const chunked = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const END = "0\r\n\r\n";
const words = (count) => Array.from({ length: count }, (_, index) => delta(`word${index} `)).join("");
const render = (count) => Buffer.from(HEAD + chunked(words(count) + tail(count)) + END);
const READY = { short: render(8), burst: render(5000) };
const ONE_MS = chunked(delta("word "));

function flow(socket) {
  socket.write(HEAD);
  let sent = 0;
  const began = performance.now();
  const timer = setInterval(() => {
    const due = Math.min(1000, Math.floor(performance.now() - began));
    if (due > sent) socket.write(ONE_MS.repeat(due - sent));
    sent = due;
    if (sent < 1000) return;
    clearInterval(timer);
    socket.write(chunked(tail(1000)) + END);
  }, 2);
  socket.once("close", () => clearInterval(timer));
}

function hang(socket) {
  socket.write(HEAD + chunked(delta("word ")));
  socket.once("close", () => process.stdout.write(`closed ${Date.now() + (performance.now() % 1)}\n`));
}

const server = createServer((socket) => {
  let buffer = "";
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  socket.on("data", (data) => {
    buffer += data.toString("latin1");
    for (;;) {
      const end = buffer.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(buffer.slice(0, end))?.[1] ?? 0);
      if (buffer.length < end + 4 + length) return;
      const body = buffer.slice(end + 4, end + 4 + length);
      buffer = buffer.slice(end + 4 + length);
      const kind = /"model":\s*"([a-z]+)/.exec(body)?.[1] ?? "short";
      if (kind === "flow") flow(socket);
      else if (kind === "hang") hang(socket);
      else socket.write(READY[kind] ?? READY.short);
    }
  });
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`port ${server.address().port}\n`));
