// Lines and branches of every source that were run, whether as it stands or inside a bundle; a bundle's places lead back to the source.
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Hits } from "./hits.ts";
import { type Outline, outlineOf, type Parse, type Spot } from "./outline.ts";
import { placesIn } from "./source-map.ts";

export interface Measured {
  readonly file: string;
  readonly lines: { readonly run: number; readonly all: number };
  readonly branches: { readonly run: number; readonly all: number };
  readonly missedLines: readonly number[];
}

export interface Bundle {
  readonly path: string;
  readonly map: string;
}

/** The spots that ran inside bundles, by source file. */
export function spotsRun(bundles: readonly Bundle[], hits: Hits): Map<string, Set<string>> {
  const run = new Map<string, Set<string>>();
  for (const { path, map } of bundles) {
    const { sources, mappings } = JSON.parse(readFileSync(map, "utf8")) as { sources: string[]; mappings: string };
    const url = pathToFileURL(resolve(path)).href;
    const files = sources.map((source) => relative(".", resolve(dirname(map), source)));
    for (const place of placesIn(readFileSync(path, "utf8"), mappings)) {
      const file = files[place.source];
      if (file === undefined || !hits.has(url, place.offset)) continue;
      const spots = run.get(file) ?? new Set();
      run.set(file, spots.add(nameOf(place)));
    }
  }
  return run;
}

export function measure(file: string, hits: Hits, bundled: ReadonlySet<string> | undefined, parse: Parse): Measured {
  const source = readFileSync(file, "utf8");
  const outline: Outline = outlineOf(source, parse);
  const begins = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const url = pathToFileURL(resolve(file)).href;
  const wasRun = (spot: Spot): boolean => bundled?.has(nameOf(spot)) === true || hits.has(url, (begins[spot.line] ?? 0) + spot.column);
  const missedLines = [...outline.lines].filter(([, spots]) => !spots.some(wasRun)).map(([line]) => line + 1);
  const taken = outline.branches.filter(({ spots }) => spots.some(wasRun));
  return {
    file,
    lines: { run: outline.lines.size - missedLines.length, all: outline.lines.size },
    branches: { run: taken.length, all: outline.branches.length },
    missedLines: missedLines.sort((left, right) => left - right),
  };
}

/** A file of this project as V8 names it, or null for anything else. */
export function fileOf(url: string): string | null {
  if (!url.startsWith("file://")) return null;
  const path = relative(".", fileURLToPath(url));
  return path.startsWith("..") || path.startsWith("node_modules") ? null : path;
}

function nameOf({ line, column }: Spot): string {
  return `${line}:${column}`;
}
