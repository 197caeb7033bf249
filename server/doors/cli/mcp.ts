// `latchkey mcp`: a server on stdio for clients of the Model Context Protocol.
import { serveMcp } from "../mcp/server.ts";
import { EXIT, type Verb } from "./verb.ts";

export const mcp: Verb = {
  summary: "Run as an MCP server: ask, estimate, describe_image, budget_status",
  usage: "",
  options: {},
  optionHelp: {},
  async run(context) {
    const { edge, log, version } = context;
    const house = await context.openHouse("mcp");
    try {
      await serveMcp({ house, edge, log, version });
      return EXIT.ok;
    } finally {
      await house.close();
    }
  },
};
