// The scoreboard's line protocol: one JSON object with a prompt in, one number out, in order. No stream is opened here.
import { score } from "./score.ts";

function promptOf(line: string): string {
  const value: unknown = JSON.parse(line);
  if (typeof value === "object" && value !== null && "prompt" in value && typeof value.prompt === "string") return value.prompt;
  throw new Error('each line must be a JSON object with a "prompt" string');
}

/** Blank lines are passed over; a line that is not a prompt ends the stream with an error, so that no answer slips out of step. */
export async function* scoreLines(input: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of input) {
    if (line.trim() !== "") yield String(score(promptOf(line)));
  }
}
