// `latchkey acp`: an agent on stdio for editors that speak the Agent Client Protocol.
import { homedir, platform } from "node:os";
import { join } from "node:path";
import { stateFolder } from "../../state/folder.ts";
import { serveAgent } from "../acp/agent.ts";
import { openSessionStore } from "../acp/session-store.ts";
import { EXIT, type Verb } from "./verb.ts";

export const acp: Verb = {
  summary: "Run as an agent for editors that speak ACP (Zed and others)",
  usage: "",
  options: {},
  optionHelp: {},
  async run(context) {
    const { edge, log, version } = context;
    const house = await context.openHouse("acp");
    try {
      const folder = join(stateFolder({ environment: edge.environment, platform: platform(), home: homedir() }), "acp-sessions");
      const store = openSessionStore(folder, () => house.settings()["conversations.keep"]);
      await serveAgent({ house, edge, log, store, version });
      return EXIT.ok;
    } finally {
      await house.close();
    }
  },
};
