/**
 * `npm run test:languages`: one stack, written in TypeScript, Python, Java and Go, is
 * synthesised with the packed construct, and the templates are compared. Names of
 * languages as arguments try those alone. What has no tool-chain here is skipped aloud.
 */
import { deepStrictEqual } from 'node:assert';
import { mkdirSync } from 'node:fs';
import { LANGUAGES, type Workshop, synthesise } from './apps';
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
  for (const language of languages) {
    await report.prove(`${language} synthesises the same template as ${REFERENCE}`, async () => {
      check(expected !== undefined, `there is no template of ${REFERENCE} to compare with`);
      deepStrictEqual(templateWithoutMetadata(await synthesise(workshop, language), STACK), expected);
      return 'equal, metadata aside';
    });
  }
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
