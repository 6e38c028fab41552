import { readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

export const ROOT = join(__dirname, '../..');

/** Who imports whom below `src`. Files are named without their extension: `runtime/store`. */
export class SourceGraph {
  readonly #texts = new Map<string, string>();

  public constructor() {
    for (const file of readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.d.ts')) continue;
      this.#texts.set(file.slice(0, -3), readFileSync(join(ROOT, 'src', file), 'utf8'));
    }
  }

  /** The files whose name begins so. */
  public files(prefix = ''): string[] {
    return [...this.#texts.keys()].filter((file) => file.startsWith(prefix)).sort();
  }

  /** What a file does, without its comments. */
  public code(file: string): string {
    return this.#text(file).replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
  }

  /** What a file names in its imports: files of ours, and packages. Types are gone when it runs, and do not count. */
  public imports(file: string): string[] {
    return this.#named(file, this.#text(file).replace(/^(?:im|ex)port type [^;]*;$/gm, ''));
  }

  /** The same with types, which its declarations name, so that users' compilers look for them. */
  public mentions(file: string): string[] {
    return this.#named(file, this.#text(file));
  }

  /** All that loading a file may load: files of ours, and packages. */
  public reach(file: string): Set<string> {
    const reached = new Set<string>();
    const visit = (from: string): void => {
      for (const to of this.imports(from)) {
        if (reached.has(to)) continue;
        reached.add(to);
        if (this.#texts.has(to)) visit(to);
      }
    };
    visit(file);
    return reached;
  }

  /** The files that import something for which this is true. */
  public importersOf(imported: (name: string) => boolean): string[] {
    return this.files().filter((file) => this.imports(file).some(imported));
  }

  /** The same with types. */
  public mentionersOf(mentioned: (name: string) => boolean): string[] {
    return this.files().filter((file) => this.mentions(file).some(mentioned));
  }

  #named(file: string, text: string): string[] {
    const { importedFiles } = ts.preProcessFile(text);
    return importedFiles.map(({ fileName }) => (fileName.startsWith('.') ? this.#resolve(file, fileName) : fileName));
  }

  #resolve(from: string, specifier: string): string {
    const path = posix.join(posix.dirname(from), specifier);
    const found = [path, `${path}/index`].find((file) => this.#texts.has(file));
    if (found === undefined) throw new Error(`${from} imports ${specifier}, which is no source file`);
    return found;
  }

  #text(file: string): string {
    const text = this.#texts.get(file);
    if (text === undefined) throw new Error(`no source file ${file}`);
    return text;
  }
}
