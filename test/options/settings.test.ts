import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import * as ts from 'typescript';
import * as construct from '../../src';
import { DEFAULTS, ENVIRONMENT_RULES, SHARED_RULES, withDefaults } from '../../src/settings';

interface Declared {
  readonly firstSentence: string;
  readonly default: string | undefined;
}

/** The members of an interface with what their doc comments say. */
function membersOf(file: string, name: string): Record<string, Declared> {
  const path = join(__dirname, '../../src', file);
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const declaration = source.statements.filter(ts.isInterfaceDeclaration).find((found) => found.name.text === name);
  return Object.fromEntries(declaration!.members.map((member) => [member.name!.getText(), documented(member)]));
}

function documented(member: ts.TypeElement): Declared {
  const tags = ts.getJSDocTags(member);
  const comments = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
  const text = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join();
  return {
    firstSentence: text.split('\n')[0]!,
    default: ts.getTextOfJSDocComment(tags.find(({ tagName }) => tagName.text === 'default')?.comment),
  };
}

/** A documented default as it travels: prose as it is, a literal as its value, a Duration in seconds. */
function travelling(text: string | undefined): unknown {
  if (text === undefined || text.startsWith('-')) return text;
  const names = { Duration, ...construct };
  const value: unknown = new Function(...Object.keys(names), `return ${text}`)(...Object.values(names));
  return value instanceof Duration ? value.toSeconds() : value;
}

function inCommonForm(members: Record<string, Declared>): unknown {
  return Object.entries(members).map(([name, { firstSentence, default: text }]) => [name, firstSentence, travelling(text)]);
}

const OPTIONS = membersOf('settings.ts', 'SharedOptions');
const COOKIE = membersOf('settings.ts', 'SharedCookieOptions');

test('the props have the names, the defaults and the first sentences of the options that travel', () => {
  const { envPrefix, ...props } = membersOf('construct/options.ts', 'SessionOptions');
  expect(inCommonForm(props)).toEqual(inCommonForm(OPTIONS));
  expect(inCommonForm(membersOf('construct/options.ts', 'SessionCookieProps'))).toEqual(inCommonForm(COOKIE));
  const { envPrefix: option } = membersOf('runtime/options/factory-options.ts', 'SessionFactoryOptions');
  expect([envPrefix!.firstSentence, envPrefix!.default]).toEqual([option!.firstSentence, option!.default]);
});

test('every option that travels has a first sentence, a default, and a rule', () => {
  for (const member of Object.values({ ...OPTIONS, ...COOKIE })) {
    expect(member.firstSentence).toMatch(/^[A-Z].*\.$/);
    expect(member.default).toBeTruthy();
  }
  expect(Object.keys(SHARED_RULES)).toEqual(Object.keys(OPTIONS));
  expect(Object.keys(SHARED_RULES.cookie.parts!)).toEqual(Object.keys(COOKIE));
  expect(Object.keys(ENVIRONMENT_RULES)).toEqual([...Object.keys(OPTIONS), 'access']);
});

test('a documented default that is a value is the one that counts', () => {
  const { cookie, ...resolved } = withDefaults({});
  const values = (members: Record<string, Declared>) => {
    const entries = Object.entries(members).map(([name, { default: text }]): [string, unknown] => [name, travelling(text)]);
    return Object.fromEntries(entries.filter(([, value]) => !String(value).startsWith('-')));
  };
  expect({ ...resolved, reissueTime: undefined, access: undefined }).toEqual(values(OPTIONS));
  // False is the same as absent for a browser.
  expect({ ...cookie, partitioned: false }).toEqual(values(COOKIE));
  expect(DEFAULTS.access).toBe('readWrite');
});

test('the reissue time is 120 seconds, or a tenth of a timeout that is shorter than 20 minutes', () => {
  const reissueTime = (timeout: number) => withDefaults({ timeout }).reissueTime;
  expect([1, 9, 10, 1199, 1200, 1201, 34_560_000].map(reissueTime)).toEqual([0, 0, 1, 119, 120, 120, 120]);
});
