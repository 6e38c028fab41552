import * as fc from 'fast-check';
import { CookieOptions, CookieWriter, RequestCookies, readCookies } from '../../src/runtime/request/cookies';

fc.configureGlobal({ seed: 6265, numRuns: 300 });

const NAME = '__Host-id';
const ID = 'Ab3_-'.repeat(8) + 'xyz';
const OTHER = 'Zb3_-'.repeat(8) + 'xyz';

const NOTHING: RequestCookies = { ids: [], recentWrite: false, malformed: false };
const FOUND: RequestCookies = { ...NOTHING, ids: [ID] };
const MALFORMED: RequestCookies = { ...NOTHING, malformed: true };
/** A session id beside something that is none. */
const BESIDE: RequestCookies = { ...FOUND, malformed: true };
const BOTH: RequestCookies = { ...NOTHING, ids: [ID, OTHER] };
const REVERSED: RequestCookies = { ...NOTHING, ids: [OTHER, ID] };

/** What other parsers trim beside spaces and tabs. */
const BLANKS = ['\u00a0', '\ufeff', '\u2003', '\v', '\f', '\r\n'];

/** Cookies of our name with these values. */
function named(...values: string[]): string[][] {
  return values.map((value) => [`${NAME}=${value}`]);
}

/** Rows of the table of bad inputs: what it is, the headers of several requests, and the answer that each must get. */
const TABLE: [string, unknown[][], RequestCookies][] = [
  ['no header', [[]], NOTHING],
  ['an empty header or separators alone', [[''], [';'], [';;;'], ['='], ['=='], [' '], ['\t;\t']], NOTHING],
  ['the name without "="', [[NAME], [`${NAME}; ${NAME}`]], NOTHING],
  ['an empty value', [...named('', ' ', '\t', '; a=b')], MALFORMED],
  ['42 or 44 characters', named(ID.slice(1), `${ID}a`), MALFORMED],
  ['43 characters with one that base64url has not', named(...'+/=.~%'.split('').map((c) => ID.slice(1) + c)), MALFORMED],
  ['the form of the Python library', named('id/1', 'id/NaN', 'id/Infinity', 'id/-1', 'id/1e999999999', 'id/٣', 'id/', `${ID}/1`), MALFORMED],
  ['the same in the recent-write cookie', ['1/1', 'NaN', '', '11', '01', '٣', 'true'].map((value) => [`${NAME}_w=${value}`]), NOTHING],
  ['the form of Express, JSON, or quotes', named(`s:${ID}.sig`, 'j:{"a":1}', `"${ID}"`), MALFORMED],
  ['a value of 4 or 8 KiB', named('a'.repeat(4096), 'a'.repeat(8192)), MALFORMED],
  ['a header of 16 KiB and one, or of 1 MiB', named('a'.repeat(16_384), 'a'.repeat(2 ** 20)), NOTHING],
  ['ten thousand cookies in one header', [[`${'a=b;'.repeat(10_000)}${NAME}=${ID}`]], NOTHING],
  ['ten thousand cookies in as many headers', [[...Array.from({ length: 10_000 }, (_, i) => `a${i}=b`), `${NAME}=${ID}`]], FOUND],
  ['the same id twice', [[`${NAME}=${ID}; ${NAME}=${ID}`], [`${NAME}=${ID}`, `${NAME}=${ID}`]], FOUND],
  ['two ids', [[`${NAME}=${ID}; ${NAME}=${OTHER}`], [`${NAME}=${ID}`, `${NAME}=${OTHER}`], [`${NAME}=${ID}; ${NAME}=${OTHER}; ${NAME}=${ID}`]], BOTH],
  ['two ids in the other order', [[`${NAME}=${OTHER}; ${NAME}=${ID}`]], REVERSED],
  ['an id and junk under the same name', [[`${NAME}=junk; ${NAME}=${ID}`], [`${NAME}=${ID}; ${NAME}=`], [`${NAME}=${ID}`, `${NAME}=junk`]], BESIDE],
  ['the name in other letters', ['__host-id', '__HOST-id', '__Host-ID'].map((name) => [`${name}=${ID}`]), NOTHING],
  ['the name in percent code', [[`__%48ost-id=${ID}`], [`%5F_Host-id=${ID}`]], NOTHING],
  ['Unicode blanks at the name', BLANKS.flatMap((c) => [[`${c}${NAME}=${ID}`], [`${NAME}${c}=${ID}`]]), NOTHING],
  ['Unicode blanks at the value', named(`\u00a0${ID}`, `${ID}\ufeff`, `\u2003${ID}`, `${ID}\v`), MALFORMED],
  ['spaces and tabs at name and value', [[`\t${NAME}=${ID}`], [` ${NAME} \t=\t ${ID} \t`], [`a=b;\t ${NAME}=${ID}\t;c=d`]], FOUND],
  ['a tab before the name of another id', [[`\t${NAME}=${OTHER}; ${NAME}=${ID}`]], REVERSED],
  ['a cookie without a name', [[`=${NAME}=${ID}`], [` =${NAME}`], [`==${NAME}=${ID}`]], NOTHING],
  ['"=" or "," in the value', named('a=b', 'a,b', `${ID}=`, `=${ID}`, `${ID},${ID}`), MALFORMED],
  ['control characters', named(`${ID}\0`, `\0${ID}`, `${ID}\r`, `${ID}\n`, `${ID}\r\n`, `${ID.slice(1)}\x7f`), MALFORMED],
  ['bytes past ASCII and halves of surrogates', named(...['\x80', '\xff', '\ud800', 'ａ'].map((c) => ID.slice(1) + c)), MALFORMED],
  ['broken percent code', named('%E0%A4%A', '%', '%zz'), MALFORMED],
  ['the names of members of every object', ['__proto__=x', 'constructor=x', 'toString=x'].map((pair) => [`${pair}; ${NAME}=${ID}`]), FOUND],
  ['cookies over several headers', [['a=b', `${NAME}=${ID}`], [`${NAME}=${ID}`, 'c=d', '']], FOUND],
  ['different ids in two headers', [[`${NAME}=${ID}`, `a=b; ${NAME}=${OTHER}`]], BOTH],
  ['headers that are no texts', [[[`${NAME}=${ID}`]], [5], [null], [undefined], [{}], [true], [Symbol.iterator]], NOTHING],
  ['headers that are no texts beside one that is', [[null, `${NAME}=${ID}`, 7, []]], FOUND],
];

test.each(TABLE)('a request with %s gets its answer', (_, requests, answer) => {
  for (const headers of requests) expect(readCookies(headers, NAME)).toEqual(answer);
});

test('a header of 16,384 characters is read, and one of 16,385 is not', () => {
  const pair = `${NAME}=${ID}`;
  expect(readCookies([pair + ';'.repeat(16_384 - pair.length)], NAME).ids).toEqual([ID]);
  expect(readCookies([pair + ';'.repeat(16_385 - pair.length)], NAME).ids).toEqual([]);
});

test('the recent-write mark counts with the value 1 alone, with an id or without', () => {
  expect(readCookies([`${NAME}_w=1`], NAME)).toEqual({ ...NOTHING, recentWrite: true });
  expect(readCookies([`${NAME}=${ID}; ${NAME}_w=1`], NAME)).toEqual({ ...FOUND, recentWrite: true });
  expect(readCookies([`${NAME}_w=0; ${NAME}_w=1`], NAME).recentWrite).toBe(true);
  expect(readCookies([`${NAME}_W=1; ${NAME}_ww=1; ${NAME}_w_w=1`], NAME)).toEqual(NOTHING);
});

/** The same by the letter of RFC 6265bis, section 5.6: cut at ";", cut at the first "=", trim both. */
function reference(headers: readonly string[], name: string): RequestCookies {
  const pairs = headers
    .filter((header) => header.length <= 16_384)
    .flatMap((header) => header.split(';'))
    .filter((pair) => pair.includes('='))
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)].map((part) => part.replace(/^[ \t]+|[ \t]+$/g, '')));
  const values = pairs.filter(([of]) => of === name).map(([, value]) => value as string);
  const ids = [...new Set(values.filter((value) => /^[\w-]{43}$/.test(value)))];
  const malformed = values.some((value) => !ids.includes(value));
  const recentWrite = pairs.some(([of, value]) => of === `${name}_w` && value === '1');
  return { ids, recentWrite, malformed };
}

const part = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(NAME, `${NAME}_w`, ID, OTHER, '=', ';', '; ', ' ', '\t', '1', '"') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);
const header = fc.array(part, { maxLength: 24 }).map((parts) => parts.join(''));

test('any headers are read as a slow parser of the standard reads them', () => {
  fc.assert(
    fc.property(fc.array(header, { maxLength: 4 }), (headers) => {
      expect(readCookies(headers, NAME)).toEqual(reference(headers, NAME));
    }),
    { numRuns: 3000 },
  );
});

test('at most eight different ids are noted, the first ones', () => {
  const ids = [...'abcdefghij'].map((letter) => letter.repeat(43));
  const cookies = ids.map((id) => `${NAME}=${id}`);
  expect(readCookies([cookies.join('; ')], NAME).ids).toEqual(ids.slice(0, 8));
  expect(readCookies(cookies, NAME).ids).toEqual(ids.slice(0, 8));
});

test('the order of cookies and of headers does not change the result, but for the order of the ids', () => {
  const pair = fc.constantFrom(`${NAME}=${ID}`, `${NAME}=${OTHER}`, `${NAME}=junk`, `${NAME}_w=1`, 'a=b', NAME, '');
  const shuffled = fc.array(pair, { maxLength: 6 }).chain((pairs) =>
    fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length }), fc.nat(pairs.length)),
  );
  fc.assert(
    fc.property(shuffled, ([pairs, others, cut]) => {
      const read = (headers: readonly string[]) => {
        const { ids, ...rest } = readCookies(headers, NAME);
        return { ...rest, ids: [...ids].sort() };
      };
      const result = read([pairs.join('; ')]);
      expect(read([others.join(';')])).toEqual(result);
      expect(read([others.slice(0, cut).join(';'), others.slice(cut).join(';')])).toEqual(result);
      expect(read(others)).toEqual(result);
    }),
  );
});

const DEFAULTS: CookieOptions = { name: 'session_id', path: '/', httpOnly: true, sameSite: 'Strict' };

/** Name, value and attributes of a `Set-Cookie` value. */
function parse(cookie: string): { name: string; value: string; attributes: Record<string, string> } {
  const [pair = '', ...rest] = cookie.split('; ');
  const cut = (text: string) => [text.split('=', 1)[0] as string, text.includes('=') ? text.slice(text.indexOf('=') + 1) : ''] as const;
  const [name, value] = cut(pair);
  return { name, value, attributes: Object.fromEntries(rest.map(cut)) };
}

const BASE = `session_id=${ID}; Path=/; Secure; HttpOnly`;

const OUTPUT: [Partial<CookieOptions>, string][] = [
  [{}, `${BASE}; SameSite=Strict`],
  [{ sameSite: 'Lax' }, `${BASE}; SameSite=Lax`],
  [{ sameSite: 'None' }, `${BASE}; SameSite=None`],
  [{ sameSite: false }, BASE],
  [{ secure: false }, `session_id=${ID}; Path=/; HttpOnly; SameSite=Strict`],
  [{ secure: true }, `${BASE}; SameSite=Strict`],
  [{ httpOnly: false }, `session_id=${ID}; Path=/; Secure; SameSite=Strict`],
  [{ name: '__Host-s' }, `__Host-s=${ID}; Path=/; Secure; HttpOnly; SameSite=Strict`],
  [{ path: '/shop' }, `session_id=${ID}; Path=/shop; Secure; HttpOnly; SameSite=Strict`],
  [{ domain: 'example.com' }, `session_id=${ID}; Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Strict`],
  [{ maxAge: 60 }, `session_id=${ID}; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Strict`],
  [{ partitioned: true }, `${BASE}; SameSite=Strict; Partitioned`],
  [{ priority: 'High' }, `${BASE}; SameSite=Strict; Priority=High`],
];

test.each(OUTPUT)('the id cookie of the options %j has the attributes that they ask for', (options, text) => {
  expect(new CookieWriter({ ...DEFAULTS, ...options }).id(ID, true, options.maxAge)).toBe(text);
});

const SECURITY: [Partial<CookieOptions>, boolean, boolean][] = [
  [{}, false, false],
  [{}, true, true],
  [{ secure: false }, true, false],
  [{ secure: true }, false, true],
  [{ sameSite: 'None' }, false, true],
  [{ partitioned: true }, false, true],
  [{ name: '__Secure-s' }, false, true],
  [{ name: '__host-s' }, false, true],
  [{ name: '__Http-s' }, false, true],
  [{ name: '__Host-Http-s' }, false, true],
];

test.each(SECURITY)('with the options %j and HTTPS %j the cookie is Secure: %j', (options, https, secure) => {
  const writer = new CookieWriter({ ...DEFAULTS, ...options });
  for (const cookie of [writer.id(ID, https, 60), writer.clear(https), writer.recentWrite(https)]) {
    expect('Secure' in parse(cookie).attributes).toBe(secure);
  }
});

const anyOptions: fc.Arbitrary<CookieOptions> = fc.record(
  {
    name: fc.constantFrom('session_id', '__Host-id', 'a'),
    path: fc.constantFrom('/', '/shop'),
    httpOnly: fc.boolean(),
    sameSite: fc.constantFrom('Strict' as const, 'Lax' as const, 'None' as const, false as const),
    maxAge: fc.integer({ min: 1, max: 34_560_000 }),
    domain: fc.constantFrom('example.com', 'www.example.com'),
    secure: fc.boolean(),
    partitioned: fc.boolean(),
    priority: fc.constantFrom('Low' as const, 'Medium' as const, 'High' as const),
  },
  { requiredKeys: ['name', 'path', 'httpOnly', 'sameSite'] },
);

test('what clears a cookie has the same name and attributes as what set it, but for its age', () => {
  fc.assert(
    fc.property(anyOptions, fc.boolean(), (options, https) => {
      const writer = new CookieWriter(options);
      const { 'Max-Age': age, ...attributes } = parse(writer.id(ID, https, options.maxAge)).attributes;
      const cleared = parse(writer.clear(https));
      expect(age).toBe(options.maxAge === undefined ? undefined : String(options.maxAge));
      expect(cleared).toEqual({ name: options.name, value: '', attributes: { ...attributes, 'Max-Age': '0' } });
      expect(parse(writer.recentWrite(https)).attributes).toEqual({ ...attributes, 'Max-Age': '20' });
    }),
  );
});

test('the cookies that are set are read again when the browser sends them back', () => {
  fc.assert(
    fc.property(anyOptions, fc.boolean(), (options, https) => {
      const writer = new CookieWriter(options);
      const sent = [writer.id(ID, https, options.maxAge), writer.recentWrite(https)].map((cookie) => cookie.split(';', 1)[0]);
      expect(readCookies([sent.join('; ')], options.name)).toEqual({ ...FOUND, recentWrite: true });
    }),
  );
});

test('the id cookie lasts as long as it is told to, whatever the option says, or until the browser is closed', () => {
  for (const writer of [new CookieWriter({ ...DEFAULTS, maxAge: 60 }), new CookieWriter(DEFAULTS)]) {
    expect(parse(writer.id(ID, true, 7)).attributes['Max-Age']).toBe('7');
    expect(parse(writer.id(ID, true, undefined)).attributes).not.toHaveProperty('Max-Age');
  }
});

test('no cookie contains a comma or an Expires, because Lambda adapters split there', () => {
  fc.assert(
    fc.property(anyOptions, fc.boolean(), (options, https) => {
      const writer = new CookieWriter(options);
      for (const cookie of [writer.id(ID, https, options.maxAge), writer.clear(https), writer.recentWrite(https)]) {
        expect(cookie).not.toMatch(/,|Expires/i);
      }
    }),
  );
});
