// Every literal of a room's source that reads like a sentence, by TypeScript's own parser: text and values in their order.
import { join, resolve } from "node:path";
import { type Node, SyntaxKind } from "typescript/unstable/ast";
import {
  isBinaryExpression,
  isCallExpression,
  isJsxAttribute,
  isJsxText,
  isNewExpression,
  isNoSubstitutionTemplateLiteral,
  isParenthesizedExpression,
  isPropertyAssignment,
  isStringLiteral,
  isTemplateExpression,
  isVariableDeclaration,
} from "typescript/unstable/ast/is";
import { API } from "typescript/unstable/sync";

const ROOT = resolve(import.meta.dirname, "../..");

export interface Spoken {
  readonly file: string;
  /** What stands between the values: one more than there are values. */
  readonly words: readonly string[];
}

/** `isUnheard` says of a call or a property whose words nobody reads. */
export function spokenIn(room: string, isUnheard: (place: string, file: string) => boolean): Spoken[] {
  const api = new API({ cwd: ROOT });
  try {
    const config = join(ROOT, room, "tsconfig.json");
    const program = api.updateSnapshot({ openProjects: [config] }).getProject(config)?.program;
    if (!program) throw new Error(`${config} cannot be opened`);
    const inRoom = program.getSourceFileNames().filter((name) => name.startsWith(join(ROOT, room, "/")));
    return inRoom.flatMap((name) => {
      const file = name.slice(ROOT.length + 1);
      const source = program.getSourceFile(name);
      return source ? spoken(source, file, (place) => isUnheard(place, file)) : [];
    });
  } finally {
    api.close();
  }
}

const NEVER: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.ImportDeclaration,
  SyntaxKind.ExportDeclaration,
  SyntaxKind.LiteralType,
  SyntaxKind.TemplateLiteralType,
  SyntaxKind.CaseClause,
]);

function spoken(top: Node, file: string, isUnheard: (place: string) => boolean): Spoken[] {
  const found: Spoken[] = [];
  const visit = (node: Node): void => {
    const place = placeOf(node);
    if (place !== undefined && isUnheard(place)) return;
    const pieces = piecesOf(node);
    if (pieces === undefined) {
      // A case compares; what it returns is said.
      const isCase = node.kind === SyntaxKind.CaseClause;
      if (!NEVER.has(node.kind) || isCase) node.forEachChild((child) => (isCase && isStringLiteral(child) ? undefined : visit(child)));
      return;
    }
    found.push({ file, words: pieces.words });
    for (const value of pieces.values) visit(value);
  };
  visit(top);
  return found;
}

/** "log.warn(" of a call, "new Error(" of a construction, "source:" of a property, "ROWS =" of a declaration, "class=" of an attribute. */
function placeOf(node: Node): string | undefined {
  if (isCallExpression(node)) return `${node.expression.getText()}(`;
  if (isNewExpression(node)) return `new ${node.expression.getText()}(`;
  if (isJsxAttribute(node)) return `${node.name.getText()}=`;
  if (isVariableDeclaration(node)) return `${node.name.getText()} =`;
  return isPropertyAssignment(node) ? `${node.name.getText()}:` : undefined;
}

interface Pieces {
  readonly words: string[];
  readonly values: Node[];
}

/** A literal, a template, or several put together with a plus. */
function piecesOf(node: Node): Pieces | undefined {
  if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node) || isJsxText(node)) return { words: [node.text], values: [] };
  if (isTemplateExpression(node)) {
    const spans = [...node.templateSpans];
    return { words: [node.head.text, ...spans.map(({ literal }) => literal.text)], values: spans.map(({ expression }) => expression) };
  }
  if (!isBinaryExpression(node) || node.operatorToken.kind !== SyntaxKind.PlusToken) return undefined;
  const [left, right] = [node.left, node.right].map((side) => piecesOf(isParenthesizedExpression(side) ? side.expression : side));
  if (!left && !right) return undefined;
  const [first, second] = [left ?? asValue(node.left), right ?? asValue(node.right)];
  const seam = `${first.words.at(-1) ?? ""}${second.words[0] ?? ""}`;
  return { words: [...first.words.slice(0, -1), seam, ...second.words.slice(1)], values: [...first.values, ...second.values] };
}

function asValue(node: Node): Pieces {
  return { words: ["", ""], values: [node] };
}
