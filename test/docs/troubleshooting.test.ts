import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROVOCATIONS, responseTo } from './provocations';
import { Scene } from '../support/scene';

const PAGE = readFileSync(join(__dirname, '../../docs/troubleshooting.md'), 'utf8');
/** What is under "Nothing is wrong, but…" has no message. */
const [messages = ''] = PAGE.split(/^## Nothing is wrong/m);

/** The first cell of each row, with what it has in code: `…` stands for anything. */
const ROWS = [...messages.matchAll(/^\| (`[^|]*?) \|/gm)].map(([, cell = '']): [string, string[]] =>
  [cell, [...cell.matchAll(/`([^`]*)`/g)].map(([, code = '']) => code).filter((code) => !/^\w+\(\)$/.test(code))]);

function pattern(message: string): RegExp {
  return new RegExp(message.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*?'));
}

const scene = Scene.on();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'troubleshooting-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('each row of the page is provoked, and each provocation has its row', () => {
  expect(ROWS.map(([, [first]]) => first).sort()).toEqual(Object.keys(PROVOCATIONS).sort());
});

test.each(ROWS)('%s is what is said', async (_, codes) => {
  const provoked = await PROVOCATIONS[codes[0] as string]?.(scene, folder);
  for (const code of codes) expect(provoked).toMatch(pattern(code));
});

test('the response is 500 for the code configuration, and 503 for unavailable', async () => {
  const errors = jest.spyOn(console, 'error').mockImplementation();
  expect([await responseTo('AccessDeniedException'), await responseTo('ExpiredTokenException')]).toEqual([500, 503]);
  errors.mockRestore();
});
