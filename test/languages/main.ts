/**
 * `npm run test:languages`: one stack, written in TypeScript, Python, Java and Go, is
 * synthesised with the packed construct, and the templates are compared. Names of
 * languages as arguments try those alone. What has no tool-chain here is skipped aloud.
 */
import { deepStrictEqual } from 'node:assert';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { LANGUAGES, type Workshop, packed, synthesise } from './apps';
import { templateWithoutMetadata } from './template';
import { OLDEST, missingTool, packLanguages } from '../../build-tools/pack-languages';
import { Scratch, scratchFolder } from '../deploy/scratch';
import { Children } from '../support/children';
import { Report, check } from '../support/report';

const STACK = 'Shop';
const [REFERENCE = '', ...OTHERS] = LANGUAGES;

async function proveLanguages(report: Report, workshop: Workshop, languages: readonly string[]): Promise<void> {
  let expected: unknown;
  await report.prove(`${REFERENCE} synthesises with the oldest ${Object.entries(OLDEST).join(' and ')}`, async () => {
    expected = templateWithoutMetadata(await synthesise(workshop, REFERENCE), STACK);
    return `${Object.keys((expected as { Resources: object }).Resources).length} resources`;
  });
  if (languages.includes('python')) await proveReadme(report, workshop);
  for (const language of languages) {
    await report.prove(`${language} synthesises the same template as ${REFERENCE}`, async () => {
      check(expected !== undefined, `there is no template of ${REFERENCE} to compare with`);
      deepStrictEqual(templateWithoutMetadata(await synthesise(workshop, language), STACK), expected);
      return 'equal, metadata aside';
    });
  }
}

/** What PyPI shows: the construct in Python, and the handler in the language that it is written in. */
async function proveReadme(report: Report, { children, scratch }: Workshop): Promise<void> {
  await report.prove('The README of the Python package shows the construct in Python and the handler in TypeScript', async () => {
    await children.run('python3', ['-m', 'zipfile', '-e', packed('python', '.whl'), scratch.path('wheel')], {});
    const [metadata = ''] = readdirSync(scratch.path('wheel'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('METADATA'));
    const blocks = [...readFileSync(scratch.path('wheel', metadata), 'utf8').matchAll(/^```(?<language>\w+)\n(?<code>[^]*?)^```/gm)];
    const codeIn = (language: string) => blocks.filter(({ groups }) => groups?.language === language).map(({ groups }) => groups?.code ?? '');
    check(codeIn('python').some((code) => code.includes('grant_read_write(')), 'no block shows the construct in Python');
    check(codeIn('python').every((code) => !/^(?:import \{|const )/m.test(code)), 'a block in TypeScript calls itself Python');
    check(codeIn('mts').length > 0 && codeIn('ts').length === 0, 'the handlers are not marked mts');
    return blocks.map(({ groups }) => groups?.language).join(', ');
  });
}

/** @throws RangeError where an argument is not a language */
function asked(): readonly string[] {
  const languages = process.argv.slice(2);
  for (const language of languages) if (!OTHERS.includes(language)) throw new RangeError(`"${language}" is not tested. There are: ${OTHERS.join(', ')}.`);
  return languages.length > 0 ? languages : OTHERS;
}

function withTools(report: Report, languages: readonly string[]): string[] {
  return languages.filter((language) => {
    const missing = missingTool(language);
    if (missing !== undefined) report.skip(language, `${missing} was not found`);
    return missing === undefined;
  });
}

async function main(): Promise<number> {
  const report = new Report();
  const children = new Children();
  let scratch: Scratch | undefined;
  try {
    const languages = withTools(report, asked());
    scratch = Scratch.open((text) => report.step(text), scratchFolder('languages'));
    report.step(`working in ${scratch.folder}`);
    report.step(`packing for ${[REFERENCE, ...languages].join(', ')}`);
    mkdirSync(scratch.path(REFERENCE));
    packLanguages(languages, scratch.path(REFERENCE));
    await proveLanguages(report, { scratch, children }, languages);
  } catch (error) {
    report.giveUp(error);
  } finally {
    await children.endAll();
    scratch?.remove();
  }
  return report.close();
}

void main().then((code) => process.exit(code));
