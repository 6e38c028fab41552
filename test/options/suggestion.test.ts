import fc from 'fast-check';
import { suggestName } from '../../src/runtime/options/suggestion';

const NAMES = ['tableName', 'region', 'client', 'timeout', 'reissueTime', 'sealed', 'cookie', 'cookie.name', 'cookie.maxAge', 'cookie.httpOnly', 'cookie.sameSite'];

const MEANT: [string, readonly string[], string | undefined][] = [
  ['tablename', NAMES, 'tableName'],
  ['TABLE_NAME', NAMES, 'tableName'],
  ['tabelName', NAMES, 'tableName'],
  ['timeOut', NAMES, 'timeout'],
  ['timeouts', NAMES, 'timeout'],
  ['reissue_time', NAMES, 'reissueTime'],
  ['samesite', NAMES, 'cookie.sameSite'],
  ['cookie.max-age', NAMES, 'cookie.maxAge'],
  ['http_only', NAMES, 'cookie.httpOnly'],
  ['table', NAMES, 'tableName'],
  ['ttl', NAMES, 'timeout'],
  ['cookie_name', NAMES, 'cookie.name'],
  ['maxAge', NAMES, 'cookie.maxAge'],
  ['httponly', NAMES, 'cookie.httpOnly'],
  ['encryption', NAMES, undefined],
  ['constructor', NAMES, undefined],
  ['__proto__', NAMES, undefined],
  ['', NAMES, undefined],
];
test.each(MEANT)('%j among %j means %j', (unknown, known, meant) => {
  expect(suggestName(unknown, known)).toBe(meant);
});

test('a name that differs in case and signs alone comes before one that is merely near', () => {
  expect(suggestName('Path', ['patch', 'path'])).toBe('path');
});

test('two letters more, fewer or other are near, and three are not', () => {
  expect(['timeoutxx', 'timeo', 'timexxt', 'xtimeoutx'].map((name) => suggestName(name, ['timeout']))).toEqual(Array(4).fill('timeout'));
  expect(['timeoutxxx', 'time', 'tixxxut'].map((name) => suggestName(name, ['timeout']))).toEqual(Array(3).fill(undefined));
});

test('any text gets a known name, another library\'s name for one, or nothing, and none throws', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (unknown) => {
    const meant = suggestName(unknown, NAMES);
    expect(meant === undefined || NAMES.includes(meant)).toBe(true);
  }));
});
