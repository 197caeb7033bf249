// The user's own settings for every door that has no editor behind it: settings.json in the state folder, in the wire's nested form.
import { homedir, platform } from "node:os";
import { join } from "node:path";
import { Failure } from "../../../shared/failure.ts";
import type { Edge } from "../../edge.ts";
import { readText } from "../../state/file.ts";
import { stateFolder } from "../../state/folder.ts";

/** Undefined when there is no such file; what is wrong inside it is named by the house, as with an editor's settings. */
export async function readOwnSettings(edge: Edge): Promise<Record<string, unknown> | undefined> {
  const path = join(stateFolder({ environment: edge.environment, platform: platform(), home: homedir() }), "settings.json");
  const text = await readText(path);
  if (text === null) return undefined;
  try {
    const settings: unknown = JSON.parse(text);
    if (typeof settings === "object" && settings !== null && !Array.isArray(settings)) return settings as Record<string, unknown>;
  } catch {
    // Said below: a file that cannot be read must not become "no limits".
  }
  throw new Failure("invalidParams", `${path} is not a JSON object. Correct it or delete it; nothing was sent or charged.`);
}
