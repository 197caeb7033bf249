// `latchkey serve`: the sidecar itself, for editors and tools.
import { serveStdio } from "../../rpc/serve.ts";
import { UsageError, type Verb } from "./verb.ts";

export const serve: Verb = {
  summary: "Run the sidecar for an editor or a tool",
  usage: "--stdio",
  options: { stdio: { type: "boolean" }, clientProcessId: { type: "string" } },
  optionHelp: { stdio: "JSON-RPC 2.0 with Content-Length frames on stdin and stdout" },
  run(context, given) {
    if (!given.values.stdio) throw new UsageError("say how to reach it: --stdio");
    const { edge, log, version, scrubLog } = context;
    return serveStdio({
      edge,
      log,
      version,
      openHouse: async (options) => (await import("../../compose.ts")).openHouse({ edge, log, scrubLog, options }),
    });
  },
};
