import ts from 'typescript';
import type { Page } from './api-outline';
import { aliasOf, signatureOf, sourceOf } from './api-signature';
import type { ApiSource, Shown } from './api-source';
import { ApiText } from './api-text';
import { docCommentOf, hasBlocks, isInternal } from './doc-comment';

type Method = ts.MethodDeclaration | ts.MethodSignature;
type Field = ts.PropertyDeclaration | ts.PropertySignature | ts.GetAccessorDeclaration;

/** Writes one page of the reference. */
export class ApiPage {
  readonly #source: ApiSource;
  readonly #page: Page;
  readonly #text: ApiText;

  public constructor(source: ApiSource, page: Page) {
    this.#source = source;
    this.#page = page;
    this.#text = new ApiText(source, page.file);
  }

  public toString(): string {
    const { title, intro, sections } = this.#page;
    const blocks = sections.flatMap((section) => {
      const shown = this.#source.shownIn(section);
      return [`## ${section.heading}`, ...shown.flatMap((each) => [`### ${each.name}`, ...this.#declared(each)])];
    });
    const notice = '<!-- Written from the doc comments of src by npm run docs: edit those. -->';
    return `${[notice, `# ${title}`, `${intro} [All pages](../../API.md)`, this.#index(), ...blocks].join('\n\n')}\n`;
  }

  /** One line a section, with its names. */
  #index(): string {
    return this.#page.sections.map((section) => {
      const links = this.#source.shownIn(section).map(({ name, symbol }) => `[${name}](${this.#source.linkTo(symbol, this.#page.file)})`);
      return `- ${section.heading}: ${links.join(', ')}`;
    }).join('\n');
  }

  #declared(shown: Shown): string[] {
    const nodes = (shown.symbol.declarations ?? []).filter((node) => this.#source.isOurs(node));
    const functions = nodes.filter(ts.isFunctionDeclaration);
    const [node] = nodes;
    if (functions.length > 0) return this.#functions(functions, shown.name);
    if (node === undefined) throw new Error(`${shown.name} is declared nowhere`);
    if (ts.isTypeAliasDeclaration(node)) return [...this.#text.comment(docCommentOf(node)), code(aliasOf(node))];
    if (ts.isEnumDeclaration(node)) return [...this.#text.comment(docCommentOf(node)), this.#enumeration(node)];
    if (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) return this.#type(shown, node);
    throw new Error(`${shown.name} is of a kind that no page shows`);
  }

  /** The callable overloads, each with its own text. */
  #functions(declarations: readonly ts.FunctionDeclaration[], name: string): string[] {
    const overloads = declarations.filter(({ body }) => body === undefined);
    return (overloads.length > 0 ? overloads : declarations)
      .flatMap((node) => [code(signatureOf(node, name)), ...this.#text.comment(docCommentOf(node))]);
  }

  #enumeration(node: ts.EnumDeclaration): string {
    const rows = node.members.map((member) => `| \`${node.name.text}.${member.name.getText()}\` | ${this.#text.cell(docCommentOf(member).text)} |`);
    return ['| value | |', '|---|---|', ...rows].join('\n');
  }

  #type({ name, symbol, isValue }: Shown, node: ts.InterfaceDeclaration | ts.ClassDeclaration): string[] {
    const type = this.#source.checker.getDeclaredTypeOfSymbol(symbol);
    const bases = this.#basesOf(type);
    const members = type.getProperties().flatMap((property) => this.#ownMember(property, symbol, bases));
    const statics = node.members.filter((member) => isPublic(member) && isStatic(member) && ts.isMethodDeclaration(member)) as ts.MethodDeclaration[];
    const isCall = (member: ts.Node) => ts.isCallSignatureDeclaration(member) || (isValue && ts.isConstructorDeclaration(member) && isPublic(member));
    const calls = node.members.filter(isCall);
    const told = members.filter((member) => docCommentOf(member).text !== '');
    const isBare = ts.isInterfaceDeclaration(node) && told.length <= members.length / 2;
    if (isBare) return [...this.#text.comment(docCommentOf(node)), code(node.getText().replace(/^export /, ''))];
    const inherited = `Has what ${bases.map((base) => this.#text.type(base.name)).join(' and ')} ${bases.length > 1 ? 'have' : 'has'}`;
    return [
      ...this.#text.comment(docCommentOf(node)),
      ...(bases.length > 0 ? [`${inherited}${members.length > 0 ? ', and:' : '.'}`] : []),
      ...calls.flatMap((call) => this.#call(call as ts.SignatureDeclaration, name)),
      ...this.#fields(members.filter(isField), name),
      ...[...members.filter(isMethod), ...statics].flatMap((method) => this.#method(method, name)),
    ];
  }

  #call(node: ts.SignatureDeclaration, name: string): string[] {
    const isConstructor = ts.isConstructorDeclaration(node);
    return [code(signatureOf(node, isConstructor ? `new ${name}` : '')), ...this.#text.comment(docCommentOf(node))];
  }

  /** The base types that have their own place. */
  #basesOf(type: ts.Type): ts.Symbol[] {
    const found = new Set<ts.Symbol>();
    const visit = (each: ts.Type): void => {
      const { checker } = this.#source;
      for (const node of each.symbol?.declarations ?? []) {
        if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node)) continue;
        for (const base of (node.heritageClauses ?? []).flatMap(({ types }) => [...types])) {
          const baseType = checker.getTypeAtLocation(base);
          if (baseType.symbol !== undefined && this.#source.isShown(baseType.symbol)) found.add(baseType.symbol);
          else visit(baseType);
        }
      }
    };
    visit(type);
    return [...found];
  }

  /** A member's declaration, unless a base shows it or nobody outside may use it. */
  #ownMember(property: ts.Symbol, owner: ts.Symbol, bases: readonly ts.Symbol[]): ts.Declaration[] {
    const [node] = property.declarations ?? [];
    if (node === undefined || !this.#source.isOurs(node) || !isPublic(node)) return [];
    const declared = bases.map((base) => this.#source.checker.getDeclaredTypeOfSymbol(base).getProperty(property.name)?.declarations?.[0]);
    const text = docCommentOf(node).text;
    const isOfBase = declared.some((other) => other !== undefined && (other === node || text === '' || text === docCommentOf(other).text || node.parent !== owner.declarations?.[0]));
    return isOfBase || property.name === 'name' && owner.name.endsWith('Error') ? [] : [node];
  }

  /** One table, and under it the texts that no cell can hold. */
  #fields(fields: readonly Field[], owner: string): string[] {
    if (fields.length === 0) return [];
    const hasDefaults = fields.some((field) => this.#text.defaultOf(docCommentOf(field)) !== '');
    const rows = fields.map((field) => {
      const comment = docCommentOf(field);
      const isOptional = !ts.isGetAccessorDeclaration(field) && field.questionToken !== undefined;
      const text = hasBlocks(comment.text) ? 'See below.' : comment.text;
      const type = hasBlocks(comment.text) && sourceOf(field.type).length > 80 ? 'one of those below' : this.#text.type(this.#typeText(field));
      const cells = [`\`${field.name.getText()}${isOptional ? '?' : ''}\``, type, ...(hasDefaults ? [this.#text.defaultOf(comment)] : []), this.#text.cell(text)];
      return `| ${cells.join(' | ')} |`;
    });
    const head = hasDefaults ? '| | type | default | |\n|---|---|---|---|' : '| | type | |\n|---|---|---|';
    const below = fields.filter((field) => hasBlocks(docCommentOf(field).text));
    return [
      [head, ...rows].join('\n'),
      ...below.flatMap((field) => [`#### ${owner}.${field.name.getText()}`, ...this.#text.comment(docCommentOf(field))]),
    ];
  }

  /** The type as it is declared; a name that no page shows is replaced by its meaning. */
  #typeText(field: Field): string {
    const { type } = field;
    if (type === undefined) return sourceOf((field as ts.PropertyDeclaration).initializer);
    const symbol = ts.isTypeReferenceNode(type) ? this.#source.checker.getSymbolAtLocation(type.typeName) : undefined;
    const aliased = symbol && (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? this.#source.checker.getAliasedSymbol(symbol) : symbol;
    const [node] = aliased?.declarations ?? [];
    const isUnshown = node !== undefined && ts.isTypeAliasDeclaration(node) && this.#source.isOurs(node) && !this.#source.isShown(aliased!);
    return sourceOf(isUnshown ? node.type : type);
  }

  #method(method: Method, owner: string): string[] {
    const name = method.name.getText();
    const prefix = isStatic(method) ? `${owner}.` : '';
    const isSymbol = ts.isComputedPropertyName(method.name);
    return [`#### ${owner}${isSymbol ? '' : '.'}${name}`, code(signatureOf(method, prefix + name)), ...this.#text.comment(docCommentOf(method))];
  }
}

/** Not compiled by the test of all snippets: it is a declaration without its surroundings. */
function code(text: string): string {
  return `\`\`\`ts signature\n${text}\n\`\`\``;
}

function isField(node: ts.Node): node is Field {
  return ts.isPropertyDeclaration(node) || ts.isPropertySignature(node) || ts.isGetAccessorDeclaration(node);
}

function isMethod(node: ts.Node): node is Method {
  return ts.isMethodDeclaration(node) || ts.isMethodSignature(node);
}

function isStatic(node: ts.Node): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false);
}

function isPublic(node: ts.Node): boolean {
  const hidden: readonly ts.SyntaxKind[] = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];
  const isHidden = ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some(({ kind }) => hidden.includes(kind)) ?? false);
  const { name } = node as ts.NamedDeclaration;
  const isForInspect = name !== undefined && ts.isComputedPropertyName(name) && name.getText() !== '[Symbol.iterator]';
  return !isHidden && !isForInspect && !(name !== undefined && ts.isPrivateIdentifier(name)) && !isInternal(node);
}
