import { join } from 'node:path';
import ts from 'typescript';
import { Page, Section, UNSHOWN } from './api-outline';
import { ENTRY_POINTS } from '../projenrc/entry-points';

const ROOT = join(__dirname, '..');
const SOURCES: Readonly<Record<string, string>> = { '.': 'index', ...ENTRY_POINTS };

/** A name that a page shows. */
export interface Shown {
  readonly name: string;
  readonly symbol: ts.Symbol;
  /** Whether it can be called or constructed: a class that is exported as a type can be neither. */
  readonly isValue: boolean;
}

/** The exports of all entry points, read from the sources. */
export class ApiSource {
  public readonly checker: ts.TypeChecker;
  readonly #program: ts.Program;
  /** A symbol's place, as `page.md#anchor`. */
  readonly #places = new Map<ts.Symbol, readonly [page: string, anchor: string]>();
  readonly #shown = new Map<Section, readonly Shown[]>();
  readonly #symbolByName = new Map<string, ts.Symbol>();
  readonly #entryByName = new Map<string, string>();
  /** How often a page has had a heading, upper case or lower. */
  readonly #headings = new Map<string, number>();

  public constructor(pages: readonly Page[]) {
    const { config } = ts.readConfigFile(join(ROOT, 'src/testing/tsconfig.json'), (file) => ts.sys.readFile(file));
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, join(ROOT, 'src/testing'));
    const files = Object.values(SOURCES).map((source) => join(ROOT, `src/${source}.ts`));
    this.#program = ts.createProgram(files, { ...options, types: [] }, ownHost(options));
    this.checker = this.#program.getTypeChecker();
    for (const page of pages) for (const section of page.sections) this.#place(page, section);
    this.#refuseForgotten();
  }

  #place(page: Page, section: Section): void {
    const shown = section.names === undefined ? this.#unplaced(section.entry) : this.#named(section.entry, section.names);
    this.#shown.set(section, shown);
    for (const { name, symbol, isValue } of shown) {
      if (this.#places.has(symbol)) throw new Error(`${name} of ${section.entry} stands on two pages`);
      this.#places.set(symbol, [page.file, this.#anchorOf(page, name)]);
      // A name in two entry points means the first one's: `sessionFactory` is that of ./runtime.
      for (const each of [name, symbol.name]) if (!this.#symbolByName.has(each)) this.#symbolByName.set(each, symbol);
      if (isValue && !this.#entryByName.has(name)) this.#entryByName.set(name, `cdk-session-table${section.entry.slice(1)}`);
    }
  }

  /** As GitHub makes it: a heading that a page has had already gets a number. */
  #anchorOf(page: Page, name: string): string {
    const anchor = name.toLowerCase();
    const heading = `${page.file}#${anchor}`;
    const times = this.#headings.get(heading) ?? 0;
    this.#headings.set(heading, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  }

  #refuseForgotten(): void {
    const forgotten = Object.keys(SOURCES).flatMap((entry) => this.#exportsOf(entry))
      .filter(({ name, symbol }) => !this.#places.has(symbol) && !UNSHOWN.includes(name));
    if (forgotten.length > 0) throw new Error(`No page of build-tools/api-outline.ts shows ${forgotten.map(({ name }) => name).join(', ')}`);
  }

  /** What a section shows, in its order. */
  public shownIn(section: Section): readonly Shown[] {
    return this.#shown.get(section) ?? [];
  }

  #named(entry: string, names: readonly string[]): Shown[] {
    const exported = new Map(this.#exportsOf(entry).map((each) => [each.name, each]));
    return names.map((name) => {
      const found = exported.get(name);
      if (found === undefined) throw new Error(`${entry} exports no ${name}`);
      return found;
    });
  }

  #unplaced(entry: string): Shown[] {
    const isFunction = ({ symbol }: Shown): boolean => (symbol.flags & ts.SymbolFlags.Function) !== 0;
    const unplaced = this.#exportsOf(entry).filter(({ symbol }) => !this.#places.has(symbol));
    return [...unplaced.filter(isFunction), ...unplaced.filter((each) => !isFunction(each))];
  }

  #exportsOf(entry: string): Shown[] {
    const file = this.#program.getSourceFile(join(ROOT, `src/${SOURCES[entry]}.ts`));
    const module = file && this.checker.getSymbolAtLocation(file);
    if (module === undefined) throw new Error(`${entry} has no module`);
    return this.checker.getExportsOfModule(module).map((symbol) => {
      const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
      const isType = symbol.declarations?.some((node) => ts.isExportSpecifier(node) && node.isTypeOnly) ?? false;
      return { name: symbol.name, symbol: isAlias ? this.checker.getAliasedSymbol(symbol) : symbol, isValue: !isType };
    });
  }

  public isShown(symbol: ts.Symbol): boolean {
    return this.#places.has(symbol);
  }

  /** The link from a page to a symbol that some page shows. */
  public linkTo(symbol: ts.Symbol, from: string): string | undefined {
    const [page, anchor] = this.#places.get(symbol) ?? [];
    return anchor === undefined ? undefined : `${page === from ? '' : `${page}.md`}#${anchor}`;
  }

  /** The same by a name in a text. */
  public linkToName(name: string, from: string): string | undefined {
    const symbol = this.#symbolByName.get(name);
    return symbol && this.linkTo(symbol, from);
  }

  /** Where a function or class is imported from. */
  public get entries(): ReadonlyMap<string, string> {
    return this.#entryByName;
  }

  /** Whether a declaration is one of ours, and not of Node, TypeScript or CDK. */
  public isOurs(node: ts.Node): boolean {
    const { fileName } = node.getSourceFile();
    return fileName.startsWith(join(ROOT, 'src')) && !fileName.endsWith('.d.ts');
  }
}

/** A host that finds only our own files: other packages' types are shown as written, and take seconds to read. */
function ownHost(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (names, from) =>
    names.map(({ text }) => (text.startsWith('.') ? ts.resolveModuleName(text, from, options, host) : { resolvedModule: undefined }));
  return host;
}
