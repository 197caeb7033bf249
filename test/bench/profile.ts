// A CPU profile as a table: each sample belongs to the innermost file of ours, or package, that was at work; needs source maps.
import { existsSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { printTable } from "./figures.ts";

interface Frame {
  readonly id: number;
  readonly callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number };
  readonly children?: readonly number[];
}

export interface Profile {
  readonly nodes: readonly Frame[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
  readonly startTime: number;
}

const MOST_ROWS = 30;
/** Not anyone's work. */
const APART = new Set(["(garbage collector)", "(program)", "(idle)"]);

export function printProfile(profile: Profile): void {
  const owners = timeByOwner(profile);
  owners.delete("(idle)");
  const busy = [...owners.values()].reduce((sum, us) => sum + us, 0);
  const rows = [...owners].sort((left, right) => right[1] - left[1]).slice(0, MOST_ROWS);
  printTable(
    "Whose work it is",
    ["file or package", "% of busy time"],
    rows.map(([name, us]) => [name, ((100 * us) / busy).toFixed(1)]),
  );
}

/** Microseconds of each owner, between two moments of the machine's monotonic clock where these are given. */
export function timeByOwner(profile: Profile, fromUs = 0, toUs = Number.POSITIVE_INFINITY): Map<string, number> {
  const own = new Map<number, number>();
  let at = profile.startTime;
  profile.samples.forEach((id, index) => {
    const us = profile.timeDeltas[index] ?? 0;
    at += us;
    if (at >= fromUs && at <= toUs) own.set(id, (own.get(id) ?? 0) + us);
  });
  const frames = new Map(profile.nodes.map((node) => [node.id, node]));
  const owners = new Map<string, number>();
  const maps = new Map<string, SourceMap | null>();
  const walk = (node: Frame, outer: string): void => {
    const { functionName } = node.callFrame;
    const owner = APART.has(functionName) ? functionName : (ownerOf(node, maps) ?? outer);
    owners.set(owner, (owners.get(owner) ?? 0) + (own.get(node.id) ?? 0));
    for (const child of node.children ?? []) {
      const frame = frames.get(child);
      if (frame) walk(frame, owner);
    }
  };
  if (profile.nodes[0]) walk(profile.nodes[0], "node itself");
  return owners;
}

function ownerOf({ callFrame }: Frame, maps: Map<string, SourceMap | null>): string | undefined {
  const path = callFrame.url.replace("file://", "");
  if (!path.includes("/dist/")) return undefined;
  let map = maps.get(path);
  if (map === undefined) {
    map = existsSync(`${path}.map`) ? new SourceMap(JSON.parse(readFileSync(`${path}.map`, "utf8"))) : null;
    maps.set(path, map);
  }
  const entry = map?.findEntry(callFrame.lineNumber, callFrame.columnNumber);
  const source = entry && "originalSource" in entry ? entry.originalSource : undefined;
  if (source === undefined) return "the bundle (no source map: node build.mjs server --sourcemap)";
  const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1];
  return inPackage ?? source.replace(/^(?:\.\.\/)+/, "");
}
