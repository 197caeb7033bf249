// The least that a sidecar over stdio can do with the official SDK: no routing, no keys, no ledger, no watch. What it adds is the way, not the house.
import { OpenAI } from "openai";

let client;
let buffer = Buffer.alloc(0);

function send(message) {
  const text = JSON.stringify({ jsonrpc: "2.0", ...message });
  process.stdout.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}

function initialize({ initializationOptions }) {
  const [provider] = initializationOptions.settings.providers.custom;
  client = new OpenAI({ apiKey: "x", baseURL: provider.baseUrl, maxRetries: 0 });
  return {};
}

async function chat({ chatId, model, messages }) {
  let [seq, text] = [0, ""];
  const chunks = await client.chat.completions.create({
    model: model.slice(model.indexOf("/") + 1),
    stream: true,
    stream_options: { include_usage: true },
    messages: messages.map(({ role, parts }) => ({ role, content: parts[0].text })),
  });
  for await (const chunk of chunks) {
    const delta = chunk.choices[0]?.delta.content;
    if (!delta) continue;
    text += delta;
    send({ method: "chat/event", params: { chatId, seq, type: "text-delta", text: delta } });
    seq += 1;
  }
  return { chatId, text, model };
}

async function take({ id, method, params }) {
  if (method === "initialize") send({ id, result: initialize(params) });
  else if (method === "chat/send") send({ id, result: await chat(params) });
}

process.stdin.on("data", (data) => {
  buffer = buffer.length === 0 ? data : Buffer.concat([buffer, data]);
  for (;;) {
    const end = buffer.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = Number(buffer.toString("latin1", "Content-Length: ".length, end));
    if (buffer.length < end + 4 + length) return;
    const body = buffer.toString("utf8", end + 4, end + 4 + length);
    buffer = buffer.subarray(end + 4 + length);
    void take(JSON.parse(body));
  }
});
process.stdin.on("end", () => process.exit(0));
