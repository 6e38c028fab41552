/** What is changed in a source to see whether a test notices. */
import ts from 'typescript';

/** One change of one place of a file. */
export interface Mutant {
  readonly line: number;
  /** What it does, in words. */
  readonly what: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

const OPPOSITES: Readonly<Record<string, string>> = {
  '===': '!==', '!==': '===', '<': '<=', '<=': '<', '>': '>=', '>=': '>', '&&': '||', '||': '&&', '+': '-', '-': '+',
};
const OTHER_METHODS: ReadonlyMap<string, string> = new Map([['every', 'some'], ['some', 'every']]);

/** All mutants of a source. */
export function mutantsOf(text: string): Mutant[] {
  const source = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true);
  const mutants: Mutant[] = [];
  const add = (node: ts.Node, replacement: string, what: string): void => {
    const start = node.getStart(source);
    const { line } = source.getLineAndCharacterOfPosition(start);
    mutants.push({ line: line + 1, what, start, end: node.getEnd(), replacement });
  };
  const visit = (node: ts.Node): void => {
    // Types, imports and error messages have no behaviour to prove here.
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isInterfaceDeclaration(node) || ts.isThrowStatement(node)) return;
    mutate(node, source, add);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mutants;
}

type Add = (node: ts.Node, replacement: string, what: string) => void;

function mutate(node: ts.Node, source: ts.SourceFile, add: Add): void {
  const text = node.getText(source);
  if (ts.isBinaryExpression(node)) {
    const operator = node.operatorToken.getText(source);
    const opposite = OPPOSITES[operator];
    if (opposite !== undefined) add(node.operatorToken, opposite, `\`${operator}\` becomes \`${opposite}\``);
  } else if (ts.isIfStatement(node)) {
    for (const value of ['true', 'false']) add(node.expression, value, `\`if (${short(node.expression.getText(source))})\` is always ${value}`);
  } else if (ts.isConditionalExpression(node)) {
    for (const part of [node.whenTrue, node.whenFalse]) add(node, part.getText(source), `\`${short(text)}\` is always \`${short(part.getText(source))}\``);
  } else if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) {
    add(node, text === 'true' ? 'false' : 'true', `\`${text}\` is turned round`);
  } else if (ts.isNumericLiteral(node)) {
    add(node, `(${text} + 1)`, `\`${text}\` becomes one more`);
  } else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    add(node, node.operand.getText(source), `\`${short(text)}\` loses its \`!\``);
  } else if (ts.isExpressionStatement(node)) {
    add(node, ';', `\`${short(text)}\` is left out`);
  } else if (ts.isArrayLiteralExpression(node) && node.elements.length > 1) {
    mutateList(node, source, add);
  } else if (ts.isPropertyAccessExpression(node)) {
    const other = OTHER_METHODS.get(node.name.text);
    if (other !== undefined) add(node.name, other, `\`${node.name.text}\` becomes \`${other}\``);
  } else if (node.kind === ts.SyntaxKind.RegularExpressionLiteral) {
    if (text.startsWith('/^')) add(node, `/${text.slice(2)}`, `\`${short(text)}\` loses its \`^\``);
    if (/\$\/\w*$/.test(text)) add(node, text.replace(/\$(\/\w*)$/, '$1'), `\`${short(text)}\` loses its \`$\``);
  } else if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node)) {
    mutateExpression(node, text, add);
  }
}

function mutateList(node: ts.ArrayLiteralExpression, source: ts.SourceFile, add: Add): void {
  const elements = node.elements.map((element) => element.getText(source));
  const without = (i: number): string => elements.filter((_, other) => other !== i).join(', ');
  elements.forEach((element, i) => add(node, `[${without(i)}]`, `\`${short(element)}\` is left out of a list`));
}

/** The clauses of conditions and the assignments of updates, which are texts. */
function mutateExpression(node: ts.Node, text: string, add: Add): void {
  const [quote, inner] = [text[0] ?? '', text.slice(1, -1)];
  for (const separator of [' AND ', ', ']) {
    const parts = inner.split(separator);
    if (parts.length < 2 || !/[=<>(]/.test(inner)) continue;
    const without = (i: number): string => quote + parts.filter((_, other) => other !== i).join(separator) + quote;
    parts.forEach((part, i) => add(node, without(i), `the clause \`${part}\` is left out`));
  }
  for (const operator of ['<', '>']) {
    const parts = inner.split(` ${operator} `);
    for (let i = 1; i < parts.length; i++) {
      const changed = `${parts.slice(0, i).join(` ${operator} `)} ${operator}= ${parts.slice(i).join(` ${operator} `)}`;
      add(node, quote + changed + quote, `\`${operator}\` ${i} of \`${short(inner)}\` becomes \`${operator}=\``);
    }
  }
  if (inner.includes('attribute_not_exists')) {
    add(node, quote + inner.replace('attribute_not_exists', 'attribute_exists') + quote, `\`${short(inner)}\` is turned round`);
  }
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
  return line.length > 70 ? `${line.slice(0, 67)}…` : line;
}
