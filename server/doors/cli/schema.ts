// `latchkey schema`: the JSON Schema of this very build's wire.
import { protocolSchema } from "../../rpc/schema.ts";
import { EXIT, type Verb } from "./verb.ts";

export const schema: Verb = {
  summary: "Print the JSON Schema of the protocol",
  usage: "",
  options: {},
  optionHelp: {},
  async run(context) {
    context.print(JSON.stringify(protocolSchema(), null, 2));
    return EXIT.ok;
  },
};
