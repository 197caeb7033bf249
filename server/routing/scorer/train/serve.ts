// Answers the scoreboard's line protocol from the shipped weights, for judging without the built command line.
import { createInterface } from "node:readline";
import { scoreLines } from "../lines.ts";

for await (const line of scoreLines(createInterface({ input: process.stdin }))) process.stdout.write(`${line}\n`);
