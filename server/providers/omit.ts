// Takes parameters that a vendor refused out of a request body, also nested ones; whatever else the body holds stays.
import { isObject } from "./vendor-json.ts";

/** `names` in the vendor's spelling: "temperature", "reasoning.summary", "generationConfig.thinkingConfig". */
export function omit(body: Record<string, unknown>, names: readonly string[] = []): Record<string, unknown> {
  return names.reduce((without, name) => omitPath(without, name.split(".")), body);
}

function omitPath(body: Record<string, unknown>, path: readonly string[]): Record<string, unknown> {
  const [name = "", ...rest] = path;
  const inner = body[name];
  if (rest.length > 0) return isObject(inner) ? { ...body, [name]: omitPath(inner, rest) } : body;
  // The conversation itself cannot be left out: without it there is nothing to ask.
  if (name === "messages" || name === "input" || name === "contents" || name === "model") return body;
  const { [name]: _refused, ...others } = body;
  return others;
}
