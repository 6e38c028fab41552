import ts from 'typescript';

/** A signature longer than this has a line for each parameter. */
const WIDTH = 110;

/** A node's source on one line, without comments, and without what its breaks leave behind. */
export function sourceOf(node: ts.Node | undefined): string {
  if (node === undefined) return '';
  const line = node.getText().replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '').replace(/\s+/g, ' ').trim();
  return line.replace(/([([]) /g, '$1').replace(/,? ([)\]])/g, '$1');
}

function parameterOf(parameter: ts.ParameterDeclaration): string {
  // A destructured parameter has no name.
  const name = ts.isIdentifier(parameter.name) ? parameter.name.text : 'options';
  const isOptional = parameter.questionToken !== undefined || parameter.initializer !== undefined;
  const type = parameter.type === undefined ? typeOfInitial(parameter.initializer) : sourceOf(parameter.type);
  return `${parameter.dotDotDotToken ? '...' : ''}${name}${isOptional ? '?' : ''}: ${type}`;
}

function typeOfInitial(initial: ts.Expression | undefined): string {
  if (initial !== undefined && ts.isStringLiteral(initial)) return 'string';
  if (initial?.kind === ts.SyntaxKind.TrueKeyword || initial?.kind === ts.SyntaxKind.FalseKeyword) return 'boolean';
  throw new Error(`${initial?.parent.parent.getText().slice(0, 80)}: a parameter has no type to show`);
}

/** A function's, method's or constructor's signature, without its body and modifiers. */
export function signatureOf(node: ts.SignatureDeclaration, name: string): string {
  const generics = node.typeParameters === undefined ? '' : `<${node.typeParameters.map(sourceOf).join(', ')}>`;
  const parameters = node.parameters.map(parameterOf);
  const returned = node.type === undefined ? '' : `: ${sourceOf(node.type)}`;
  const short = `${name}${generics}(${parameters.join(', ')})${returned}`;
  if (short.length <= WIDTH) return short;
  const head = short.indexOf('(', name.length + generics.length) > WIDTH
    ? `${name}<\n${node.typeParameters!.map((each) => `  ${sourceOf(each)},\n`).join('')}>`
    : `${name}${generics}`;
  return `${head}(\n${parameters.map((each) => `  ${each},\n`).join('')})${returned}`;
}

/** The declaration of a type, as it stands in the source. */
export function aliasOf(node: ts.TypeAliasDeclaration): string {
  const generics = node.typeParameters === undefined ? '' : `<${node.typeParameters.map(sourceOf).join(', ')}>`;
  const text = node.type.getText();
  return `type ${node.name.text}${generics} =${text.startsWith('|') ? '\n  ' : ' '}${text}`;
}
