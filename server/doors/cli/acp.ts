// `latchkey acp`: an agent on stdio for editors that speak the Agent Client Protocol.
import { serveAgent } from "../acp/agent.ts";
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
      await serveAgent({ house, edge, log, version });
      return EXIT.ok;
    } finally {
      await house.close();
    }
  },
};
