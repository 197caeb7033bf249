// `latchkey serve --http`: one house behind one address, until it is interrupted.
import { parseAddress } from "../http/address.ts";
import { openHttpDoor } from "../http/listen.ts";
import { openTokens, tokenFileOf } from "../http/tokens.ts";
import { EXIT, textOption, textOptions, UsageError, type VerbArguments, type VerbContext } from "./verb.ts";

export async function serveHttp(context: VerbContext, given: VerbArguments): Promise<number> {
  const { edge, log } = context;
  const address = parseAddress(textOption(given, "http") ?? "");
  if (!address.loopback && !given.values["allow-remote"]) {
    throw new UsageError(`${address.host} is reachable from other machines; say --allow-remote if that is meant`);
  }
  const tokens = openTokens(tokenFileOf(edge), () => new Date());
  const house = await context.openHouse("http");
  try {
    const rules = { tokens, hosts: textOptions(given, "allow-host"), origins: textOptions(given, "allow-origin") };
    const door = await openHttpDoor({ house, log, address, rules });
    context.complain(`Listening on ${door.origin} (OpenAI: ${door.origin}/v1, Anthropic: ${door.origin}). Ctrl-C ends.`);
    if ((await tokens.list()).length === 0) context.complain("No client has a token yet: latchkey tokens create NAME");
    await interrupted(context);
    await door.close();
    return EXIT.ok;
  } finally {
    await house.close();
  }
}

function interrupted({ edge }: VerbContext): Promise<void> {
  return new Promise((resolve) => {
    const forget = edge.onInterrupt(() => {
      forget();
      resolve();
    });
  });
}
