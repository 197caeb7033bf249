// `latchkey serve`: the sidecar itself, over stdio for editors or over HTTP for any client of the known interfaces.
import { serveStdio } from "../../rpc/serve.ts";
import { UsageError, type Verb } from "./verb.ts";

export const serve: Verb = {
  summary: "Run the sidecar for an editor or a tool",
  usage: "--stdio | --http 127.0.0.1:PORT [--allow-host NAME]… [--allow-origin ORIGIN]… [--allow-remote]",
  options: {
    stdio: { type: "boolean" },
    clientProcessId: { type: "string" },
    http: { type: "string" },
    "allow-host": { type: "string", multiple: true },
    "allow-origin": { type: "string", multiple: true },
    "allow-remote": { type: "boolean" },
  },
  optionHelp: {
    stdio: "JSON-RPC 2.0 with Content-Length frames on stdin and stdout; LSP clients welcome",
    "http ADDRESS": "OpenAI's and Anthropic's interfaces over HTTP, for clients with a token (latchkey tokens)",
    "allow-host NAME": "a name beside addresses and localhost by which a reverse proxy calls",
    "allow-origin ORIGIN": "a web page's origin that may call; none may otherwise",
    "allow-remote": "listen beyond this machine; put TLS in front, tokens cross the network",
  },
  async run(context, given) {
    if (given.values.stdio && given.values.http !== undefined) throw new UsageError("one door a process: --stdio or --http");
    if (given.values.http !== undefined) return (await import("./serve-http.ts")).serveHttp(context, given);
    if (!given.values.stdio) throw new UsageError("say how to reach it: --stdio or --http 127.0.0.1:4711");
    const { edge, log, version, scrubLog } = context;
    return serveStdio({
      edge,
      log,
      version,
      openHouse: async (given) => {
        const settings = given.settings ?? (await (await import("./own-settings.ts")).readOwnSettings(edge));
        const { openHouse } = await import("../../compose.ts");
        return openHouse({ edge, log, scrubLog, options: { ...given, ...(settings ? { settings } : {}) } });
      },
      openSideDoor: async (order) => (await import("../lsp/door.ts")).openLanguageDoor(order),
    });
  },
};
