import fc from 'fast-check';
import { LambdaHttpEvent, LambdaHttpResponse, SessionEvent, lambdaHandler, sessionFactory } from '../../src/runtime';
import { newSessionId } from '../../src/runtime/session/id';
import { FakeClock } from '../../src/testing';
import { EventSource, RequestFacts, eventOf } from '../support/events';
import { TestTable } from '../support/table';
import { ShopData, Visitor } from '../support/visitor';

const SOURCES: readonly EventSource[] = ['REST API', 'HTTP API', 'function URL', 'ALB, multi-value', 'ALB, single'];
const NEVER_ISSUED = 'A'.repeat(43);

let table: TestTable;
let clock: FakeClock;
let visitor: Visitor;
let events: SessionEvent['type'][];
beforeAll(async () => {
  table = await TestTable.start();
});
beforeEach(async () => {
  clock = new FakeClock();
  visitor = await Visitor.withSession(table, clock);
  clock.advanceSeconds(30);
  events = [];
});
afterAll(() => table.stop());

/** What came of a request that reads the session. */
interface Seen {
  readonly status: number;
  readonly name: string | undefined;
  /** How many reads and writes it cost. */
  readonly calls: readonly string[];
  readonly setCookies: number;
}

async function sendEvent(event: unknown): Promise<Seen> {
  const sessions = sessionFactory<ShopData>({ tableName: table.name, client: table.client, clock, onEvent: ({ type }) => events.push(type) });
  let name: string | undefined;
  const handler = lambdaHandler(sessions, async (_, context) => {
    name = (await context.session()).get('name');
    return { statusCode: 200, body: '' };
  });
  const answer = (await handler(event as LambdaHttpEvent, { getRemainingTimeInMillis: () => 30_000 })) as LambdaHttpResponse;
  const multi = Object.entries(answer.multiValueHeaders ?? {}).filter(([key]) => /^set-cookie$/i.test(key)).flatMap(([, values]) => values);
  const single = Object.keys(answer.headers ?? {}).filter((key) => /^set-cookie$/i.test(key));
  return {
    status: answer.statusCode,
    name,
    calls: table.takeCalls().map((call) => call.replace('(strong)', '')),
    setCookies: (answer.cookies ?? []).length + multi.length + single.length,
  };
}

const send = (source: EventSource, facts: RequestFacts) => sendEvent(eventOf(source, facts));
const NOBODY: Seen = { status: 200, name: undefined, calls: [], setCookies: 0 };
const STRANGER: Seen = { ...NOBODY, calls: ['GetItem'] };
const ADA: Seen = { ...NOBODY, name: 'Ada', calls: ['GetItem'] };

/** Cookie headers of which none names a session: no call, no cookie, no error. By the numbers of the requirements. */
const NOTHING: Readonly<Record<string, (id: string) => string>> = {
  '2: an empty header': () => '',
  '2: separators alone': () => ';;;',
  '2: an equals sign': () => '=',
  '2: two equals signs': () => '==',
  '3: the name alone': () => 'session_id',
  '3: an empty value': () => 'session_id=',
  '4: 42 characters': (id) => `session_id=${id.slice(1)}`,
  '4: 44 characters': (id) => `session_id=${id}A`,
  '5: a plus sign': (id) => `session_id=+${id.slice(1)}`,
  '5: a tilde': (id) => `session_id=~${id.slice(1)}`,
  '5: percent-encoding': (id) => `session_id=%41${id.slice(3)}`,
  '6: the form of the seed': (id) => `session_id=${id}/1`,
  '6: the form of the seed with NaN': (id) => `session_id=${id}/NaN`,
  '6: the form of the seed with an Arabic digit': (id) => `session_id=${id}/٣`,
  '7: the form of Express': (id) => `session_id=s:${id}.sig`,
  '7: JSON': (id) => `session_id=j:{"id":"${id}"}`,
  '7: quotes': (id) => `session_id="${id}"`,
  '8: a value of 16 KiB': () => `session_id=${'A'.repeat(16_384)}`,
  '8: a value of 1 MiB': () => `session_id=${'A'.repeat(1_048_576)}`,
  '13: another case of the name': (id) => `SESSION_ID=${id}; Session_Id=${id}`,
  '14: an encoded name': (id) => `session%5Fid=${id}`,
  '15: a no-break space before the name': (id) => `\u00a0session_id=${id}`,
  '15: a byte order mark before the name': (id) => `\ufeffsession_id=${id}`,
  '17: the name behind an equals sign': (id) => `=session_id=${id}`,
  '18: a second equals sign': (id) => `session_id=${id}=b`,
  '18: a comma': (id) => `session_id=${id},b`,
  '19: a NUL': (id) => `session_id=${id}\0`,
  '19: a line break': (id) => `session_id=${id}\r\nx: y`,
  '19: a lone surrogate': (id) => `session_id=\ud800${id.slice(1)}`,
  '20: a malformed percent sign': () => 'session_id=%E0%A4%A',
  '21: names of Object.prototype': () => '__proto__=x; constructor=x; toString=x; hasOwnProperty=x',
};

describe.each(SOURCES)('behind %s', (source) => {
  test('1: no header at all is no session, and costs nothing', async () => {
    expect(await send(source, {})).toEqual(NOBODY);
  });

  test.each(Object.keys(NOTHING))('%s is no session, costs nothing and sets nothing', async (name) => {
    const header = NOTHING[name]?.(visitor.id) ?? '';
    expect(await send(source, { cookies: [header] })).toEqual(NOBODY);
  });

  test('9: ten thousand cookies cost nothing', async () => {
    const header = Array.from({ length: 10_000 }, (_, i) => `c${i}=${i}`).join('; ');
    expect(await send(source, { cookies: [header] })).toEqual(NOBODY);
  });

  test('10: the same id twice is one session and one read', async () => {
    expect(await send(source, { cookies: [`session_id=${visitor.id}; a=b; session_id=${visitor.id}`] })).toEqual(ADA);
  });

  test('11: an id that was never issued locks nobody out, and an event tells of it', async () => {
    const seen = await send(source, { cookies: [`session_id=${NEVER_ISSUED}; session_id=${visitor.id}`] });
    expect(seen).toEqual({ ...ADA, calls: ['GetItem', 'GetItem'] });
    expect(events).toEqual(['unknown-id']);
  });

  test('11: four different ids are none, and an event tells', async () => {
    const ids = [visitor.id, NEVER_ISSUED, NEVER_ISSUED.replace(/^./, 'x'), NEVER_ISSUED.replace(/^./, 'y')];
    expect(await send(source, { cookies: [ids.map((id) => `session_id=${id}`).join('; ')] })).toEqual(NOBODY);
    expect(events).toEqual(['cookie-rejected']);
  });

  test('12: an id beside junk of the same name is the session', async () => {
    expect(await send(source, { cookies: [`session_id=junk; session_id=${visitor.id}; session_id=`] })).toEqual(ADA);
  });

  test('16: blanks around the name are taken off, and then there are two ids', async () => {
    expect(await send(source, { cookies: [`a=b; \t session_id \t=${visitor.id}`] })).toEqual(ADA);
    expect((await send(source, { cookies: [`\tsession_id=${NEVER_ISSUED}; session_id=${visitor.id}`] })).calls).toHaveLength(2);
  });

  test('24, 28: an id that was never issued costs one read, sets nothing and stores nothing', async () => {
    const before = (await table.items()).length;
    expect(await send(source, { cookies: [`session_id=${NEVER_ISSUED}`] })).toEqual(STRANGER);
    expect(events).toEqual(['unknown-id']);
    expect((await table.items()).length).toBe(before);
  });

  test('25: the other spellings of the last character are other ids', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const at = alphabet.indexOf(visitor.id.slice(-1));
    const spellings = [0, 1, 2, 3].map((i) => at - (at % 4) + i);
    for (const other of spellings.filter((i) => i !== at)) {
      expect(await send(source, { cookies: [`session_id=${visitor.id.slice(0, -1)}${alphabet[other]}`] })).toEqual(STRANGER);
    }
  });

  test('26: the id of a session that was signed out is of nobody', async () => {
    const { id } = visitor;
    await visitor.visit((session) => session.invalidate());
    table.takeCalls();
    expect(await send(source, { cookies: [`session_id=${id}`] })).toEqual(STRANGER);
  });

  test('27: the id of a session past its time is of nobody, though the item is there', async () => {
    clock.advanceSeconds(1200);
    expect(await send(source, { cookies: [`session_id=${visitor.id}`] })).toEqual(STRANGER);
    expect(await table.item(visitor.id)).toBeDefined();
    expect(events).toEqual(['expired']);
  });

  test('29: an id in the query, a header or the body is ignored', async () => {
    const event = eventOf(source, { headers: { 'x-session-id': visitor.id, 'authorization': visitor.id, 'session_id': visitor.id } });
    const query = { session_id: visitor.id };
    expect(await sendEvent({ ...event, body: `session_id=${visitor.id}`, queryStringParameters: query, rawQueryString: `session_id=${visitor.id}` })).toEqual(NOBODY);
  });

  test('30: ids at random cost one read each and no write', async () => {
    for (let i = 0; i < 50; i++) {
      const id = newSessionId((size) => Uint8Array.from({ length: size }, (_, at) => (i * 31 + at * 7) % 256));
      expect(await send(source, { cookies: [`session_id=${id}`] })).toEqual(STRANGER);
    }
  });

  test('any header of the grammar, however broken, is nobody or the one who has the id, and never an error', async () => {
    const { id } = visitor;
    const before = JSON.stringify(await table.items());
    const name = fc.constantFrom('session_id', 'session_id_w', 'Session_id', '__proto__', '', ' session_id', 'session_id\t', '\u00a0session_id');
    const value = fc.oneof(
      fc.constantFrom(id, NEVER_ISSUED, id.toLowerCase(), `"${id}"`, `${id}/1`, ` ${id}\t`, '1', 'NaN', ''),
      fc.string({ unit: 'binary', maxLength: 60 }),
    );
    const pair = fc.tuple(name, fc.constantFrom('=', ' = ', '==', ''), value).map((parts) => parts.join(''));
    const header = fc.tuple(fc.array(pair, { maxLength: 6 }), fc.constantFrom('; ', ';', ', ', ';;', ';\t')).map(([pairs, separator]) => pairs.join(separator));
    await fc.assert(
      fc.asyncProperty(header, async (text) => {
        const seen = await send(source, { cookies: [text] });
        expect(seen).toMatchObject({ status: 200, setCookies: 0 });
        expect(seen.calls.length).toBeLessThanOrEqual(2);
        expect(seen.calls.every((call) => call === 'GetItem')).toBe(true);
        if (seen.name !== undefined) expect(text).toContain(id);
      }),
      { numRuns: 150, seed: 5 },
    );
    expect(JSON.stringify(await table.items())).toBe(before);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('events of a shape that no AWS service makes', () => {
  const base = eventOf('HTTP API') as Readonly<Record<string, unknown>>;

  test.each([
    ['22: an id in cookies and the same in a header', (id: string) => ({ cookies: [`session_id=${id}`], headers: { cookie: `session_id=${id}` } }), 'Ada'],
    ['22: an id in cookies and another in a header', (id: string) => ({ cookies: [`session_id=${id}`], headers: { cookie: `session_id=${NEVER_ISSUED}` } }), 'Ada'],
    ['22: an id over several headers', (id: string) => ({ headers: { cookie: 'a=b', Cookie: `session_id=${id}` } }), 'Ada'],
    ['23: a header that is a list', (id: string) => ({ headers: { cookie: [`session_id=${id}`] } }), 'Ada'],
    ['23: a header that is a number', () => ({ headers: { cookie: 7 } }), undefined],
    ['23: a header that is null', () => ({ headers: { cookie: null } }), undefined],
    ['23: headers that are null', () => ({ headers: null }), undefined],
    ['23: headers that are a text', () => ({ headers: 'cookie' }), undefined],
    ['23: cookies that are a text', (id: string) => ({ cookies: `session_id=${id}` }), undefined],
    ['23: cookies that are no texts', () => ({ cookies: [7, null, {}, [], undefined] }), undefined],
  ] as const)('%s', async (_, change, name) => {
    const seen = await sendEvent({ ...base, ...change(visitor.id) });
    expect(seen).toMatchObject({ status: 200, name, setCookies: 0 });
    expect(seen.calls.length).toBeLessThanOrEqual(2);
  });
});

test('headers of a mebibyte take time in proportion, and little', async () => {
  const fills = [';', '=', '"\\', 'a=b;', 'session_id=', 'session_id;', ' ', '\t;'];
  for (const fill of fills) {
    const header = fill.repeat(Math.ceil(1_048_576 / fill.length));
    const start = performance.now();
    for (const source of SOURCES) expect(await send(source, { cookies: [header] })).toMatchObject({ status: 200, calls: [], setCookies: 0 });
    // Five events of a mebibyte; a scan that is not linear would take minutes.
    expect(performance.now() - start).toBeLessThan(2000);
  }
});
