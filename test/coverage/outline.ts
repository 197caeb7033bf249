// What of a source can be run at all: its lines with code, and each side of its branches, by line and column.
import { transformSync } from "esbuild";
import { placesIn } from "./source-map.ts";

export interface Spot {
  readonly line: number;
  readonly column: number;
}

export interface Outline {
  readonly lines: ReadonlyMap<number, readonly Spot[]>;
  /** Every spot of a side belongs to it; it was taken when the first of them was run. */
  readonly branches: readonly { readonly line: number; readonly spots: readonly Spot[] }[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [more: string]: unknown;
}

export type Parse = (code: string, options: { ecmaVersion: "latest"; sourceType: "module" }) => Node;

export function outlineOf(source: string, parse: Parse): Outline {
  const { code, map } = transformSync(source, { loader: "ts", sourcemap: "external", target: "esnext" });
  const places = placesIn(code, (JSON.parse(map) as { mappings: string }).mappings);
  const tree = parse(code, { ecmaVersion: "latest", sourceType: "module" });
  const imports: Node[] = [];
  const sides: Node[] = [];
  visit(tree, (node) => {
    if (isImport(node)) imports.push(node);
    sides.push(...sidesOf(node));
  });
  const within = ({ start, end }: Node) => places.filter(({ offset }) => offset >= start && offset < end);
  const passed = new Set(imports.flatMap(within));
  const lines = new Map<number, Spot[]>();
  for (const place of places) if (!passed.has(place)) lines.set(place.line, [...(lines.get(place.line) ?? []), place]);
  const branches = sides.flatMap((side) => {
    const spots = within(side);
    return spots[0] ? [{ line: spots[0].line, spots }] : [];
  });
  return { lines, branches };
}

/** A bundle has no imports left, and what is only handed on is run nowhere. */
function isImport({ type, declaration }: Node): boolean {
  return type === "ImportDeclaration" || type === "ExportAllDeclaration" || (type === "ExportNamedDeclaration" && !declaration);
}

/** V8 tells these apart; an `if` without `else` has one side. */
function sidesOf(node: Node): Node[] {
  switch (node.type) {
    case "IfStatement":
    case "ConditionalExpression":
      return [node.consequent, node.alternate].filter(isNode);
    case "LogicalExpression":
      return isForTheChecker(node) ? [] : [node.right].filter(isNode);
    case "AssignmentPattern":
      return [node.right].filter(isNode);
    case "SwitchCase":
      return Array.isArray(node.consequent) ? node.consequent.slice(0, 1).filter(isNode) : [];
    default:
      return [];
  }
}

/** `list[at] ?? 0`: where the index is always good, the literal stands for the type checker (noUncheckedIndexedAccess), and nothing can take it. */
function isForTheChecker({ operator, right }: Node): boolean {
  return (
    operator === "??" && isNode(right) && (right.type === "Literal" || (right.type === "ArrayExpression" && right.end - right.start === 2))
  );
}

function visit(node: Node, see: (node: Node) => void): void {
  see(node);
  for (const value of Object.values(node)) for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, see);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}
