import { join } from 'node:path';
import ts from 'typescript';
import { sourcesByName } from '../../projenrc/entry-points';
import { ROOT } from '../package/source-graph';

function options(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'test/tsconfig.json'), (file) => ts.sys.readFile(file));
  const paths = Object.fromEntries(sourcesByName().map(([name, source]) => [name, [join(ROOT, `${source}.ts`)]]));
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, join(ROOT, 'test')).options;
  return { ...parsed, paths, noUnusedLocals: false, noUnusedParameters: false };
}

/** What the compiler finds in these modules, which stand in no file, as `README.md.12.ts:14 message`. */
export function problemsIn(modules: ReadonlyMap<string, string>): string[] {
  const compilerOptions = options();
  const host = ts.createCompilerHost(compilerOptions);
  const { getSourceFile, fileExists } = host;
  // The folders of the files that documents name are not there.
  host.directoryExists = () => true;
  host.fileExists = (file) => modules.has(file) || fileExists.call(host, file);
  host.getSourceFile = (file, target, ...rest) => {
    const text = modules.get(file);
    return text === undefined ? getSourceFile.call(host, file, target, ...rest) : ts.createSourceFile(file, text, target);
  };
  const declared = ['src/testing/dynalite.d.ts', 'docs/shapes/frameworks.d.ts'].map((file) => join(ROOT, file));
  const program = ts.createProgram({ rootNames: [...modules.keys(), ...declared], options: compilerOptions, host });
  const files = program.getSourceFiles().filter(({ fileName }) => modules.has(fileName));
  return files.flatMap((file) =>
    [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(({ start, messageText }) => {
      const line = file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
      return `${file.fileName.slice(ROOT.length + 1)}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    }),
  );
}
