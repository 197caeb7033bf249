// A yes or no at a terminal; never asked of a pipe, where nobody could answer.
import { createInterface } from "node:readline/promises";
import type { Edge } from "../../edge.ts";
import { plain } from "./plain.ts";

export function canAsk({ stdin, stderr }: Edge): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** Anything but a clear yes is a no; so is Ctrl-C and the end of input. */
export async function confirmAtTerminal({ stdin, stderr }: Edge, question: string): Promise<boolean> {
  const line = createInterface({ input: stdin, output: stderr, terminal: true });
  try {
    const closed = new Promise<string>((resolve) => line.once("close", () => resolve("")));
    const answer = await Promise.race([line.question(`${plain(question)} [y/N] `), closed]);
    return /^(y|yes|j|ja)$/i.test(answer.trim());
  } finally {
    line.close();
  }
}
