import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { decode } from './some-values';
import { jsonCodec } from '../../src/runtime/session/codec';
import { newCsrfSecret } from '../../src/runtime/session/csrf';
import { Session, SessionHost } from '../../src/runtime/session/session';

const NOW = 1_790_000_000;
const SECRET = newCsrfSecret(randomBytes);

interface Data {
  name: string;
  cart: string[];
  count: number;
}

/** A request's part, without a table. */
function host(more: Partial<SessionHost> = {}): SessionHost {
  return {
    ...{ codec: jsonCodec, random: (size: number) => randomBytes(size), https: true, now: NOW * 1000 },
    ...{ isNew: false, createdAt: NOW, expiresAt: NOW + 1200, ref: '0123456789abcdef', csrfSecret: SECRET },
    ...{ beforeChange: () => undefined, damaged: () => undefined, beforeRegenerate: () => undefined, beforeSignIn: () => undefined },
    ...{ update: async () => undefined, save: async () => undefined, invalidate: async () => undefined },
    ...more,
  } as SessionHost;
}

const STORED = { name: '"Ada"', cart: '["tea"]' };

type Texts = Readonly<Record<string, string>>;

function session(more: Partial<SessionHost> = {}, dat: Texts = STORED, flash: Texts = {}): Session<Data> {
  return new Session<Data>(host(more), decode, { dat: new Map(Object.entries(dat)), flash: new Map(Object.entries(flash)) });
}

/** Whether a request with this token, and nothing that says where it comes from, is our own. */
function verifies(of: Session<Data>, token: string): boolean {
  return of.verifyCsrf({ method: 'POST', headers: {}, token });
}

describe('the data', () => {
  test('is read in every way that a map is read, with the objects that get returns', () => {
    const ada = session();
    expect([ada.size, ada.keys(), ada.values()]).toEqual([2, ['name', 'cart'], ['Ada', ['tea']]]);
    expect([...ada]).toEqual(ada.entries());
    expect(ada.toObject()).toEqual({ name: 'Ada', cart: ['tea'] });
    expect(ada.toObject().cart).toBe(ada.get('cart'));
    expect(ada.changeset(true)).toBeUndefined();
  });

  test('counts a damaged value until it was read, and shows none of it', () => {
    const ada = new Session<Data>(host(), decode, { dat: new Map<string, string | Uint8Array>([['name', Uint8Array.of(1)], ['count', '1']]), flash: new Map() });
    expect([ada.size, ada.has('name')]).toEqual([2, true]);
    expect([ada.entries(), ada.size, ada.has('name')]).toEqual([[['count', 1]], 1, false]);
  });

  test('gives a value and takes it away', () => {
    const ada = session();
    expect([ada.take('name'), ada.take('name'), ada.has('name')]).toEqual(['Ada', undefined, false]);
    expect(Object.fromEntries(ada.changeset(true)?.values ?? [])).toEqual({ name: undefined });
  });

  test('that is taken where there is none is no change', () => {
    const beforeChange = jest.fn();
    const ada = session({ beforeChange });
    expect(ada.take('count')).toBeUndefined();
    expect(beforeChange).not.toHaveBeenCalled();
    expect(ada.changeset(true)).toBeUndefined();
  });

  test('is cleared of the keys that this request has read, and not of those that others add meanwhile', () => {
    const ada = session();
    ada.clear();
    ada.rebase({ dat: new Map([['name', '"Bob"'], ['count', '7'], ['cart', '[]']]), flash: new Map() });
    expect(ada.toObject()).toEqual({ count: 7 });
    expect(Object.fromEntries(ada.changeset(true)?.values ?? [])).toEqual({ name: undefined, cart: undefined });
  });

  test('shows the messages of what the table has now', () => {
    const [ada, other] = [session(), session()];
    other.flash('hi');
    const flash = (other.changeset(true)?.flash ?? new Map()) as ReadonlyMap<string, string>;
    ada.rebase({ dat: new Map(Object.entries(STORED)), flash });
    expect(ada.peekFlash()).toEqual(['hi']);
  });

  test('is shown neither by inspect nor as JSON', () => {
    const ada = session();
    ada.set('name', 'Grace');
    expect(inspect(ada, { depth: 9, showHidden: true })).not.toMatch(/Grace|tea|0123456789abcdef/);
    expect(JSON.stringify(ada)).toBe('{}');
  });
});

test('times are dates, and the ref is that of the request', () => {
  const ada = session();
  expect([ada.createdAt, ada.expiresAt, ada.ref, ada.isNew]).toEqual([new Date(NOW * 1000), new Date((NOW + 1200) * 1000), '0123456789abcdef', false]);
});

const CHANGES: [string, (of: Session<Data>) => unknown][] = [
  ['set', (of) => of.set('name', 'Bob')],
  ['delete', (of) => of.delete('name')],
  ['take', (of) => of.take('name')],
  ['clear', (of) => of.clear()],
  ['regenerate', (of) => of.regenerate()],
  ['remember', (of) => of.remember(60)],
  ['forget', (of) => of.forget()],
  ['flash', (of) => of.flash('hello')],
  ['popFlash', (of) => of.popFlash()],
  ['newCsrfToken', (of) => of.newCsrfToken()],
];

test.each(CHANGES)('%s throws where nothing can be changed, and changes nothing', (_, change) => {
  const beforeChange = () => {
    throw new Error('committed');
  };
  const ada = session({ beforeChange }, STORED, { m: '["","hi"]' });
  expect(() => change(ada)).toThrow('committed');
  expect(ada.changeset(true)).toBeUndefined();
  expect([ada.toObject(), ada.peekFlash()]).toEqual([{ name: 'Ada', cart: ['tea'] }, ['hi']]);
});

test('popping an empty queue is allowed where nothing can be changed', () => {
  const beforeChange = jest.fn();
  expect(session({ beforeChange }).popFlash()).toEqual([]);
  expect(beforeChange).not.toHaveBeenCalled();
});

describe('remember', () => {
  test.each([[1], [34_560_000]])('takes %d seconds', (seconds) => {
    const ada = session();
    ada.remember(seconds);
    expect(ada.changeset(true)?.idle).toEqual({ seconds });
  });

  test.each([[0], [-1], [1.5], [NaN], [Infinity], [34_560_001], ['60'], [undefined]])('refuses %p seconds, and the former wish stays', (seconds) => {
    const ada = session();
    ada.remember(60);
    expect(() => ada.remember(seconds as number)).toThrow(
      new TypeError(`remember: seconds is ${String(seconds)}; allowed is a whole number from 1 to 34560000.`),
    );
    expect(ada.idle).toEqual({ seconds: 60 });
  });

  test('is undone by forget, and the last of the two counts', () => {
    const ada = session();
    ada.remember(60);
    ada.forget();
    expect(ada.changeset(true)?.idle).toEqual({ seconds: undefined });
    ada.remember(70);
    expect(ada.idle).toEqual({ seconds: 70 });
  });
});

describe('what is to be written', () => {
  test('of a new session is nothing until there is data or a message', () => {
    const fresh = session({ csrfSecret: undefined }, {});
    fresh.regenerate();
    fresh.remember(60);
    fresh.newCsrfToken();
    expect(fresh.changeset(false)).toBeUndefined();
    fresh.flash('hello');
    expect(fresh.changeset(false)).toMatchObject({ idle: { seconds: 60 }, renewal: { keepDeadline: false } });
  });

  test.each([
    ['regenerate', (of: Session<Data>) => of.regenerate({ keepDeadline: true }), { renewal: { keepDeadline: true } }],
    ['remember', (of: Session<Data>) => of.remember(60), { idle: { seconds: 60 } }],
    ['forget', (of: Session<Data>) => of.forget(), { idle: { seconds: undefined } }],
    ['newCsrfToken', (of: Session<Data>) => of.newCsrfToken(), { csr: expect.any(Uint8Array) as unknown }],
  ])('of a stored session is what %s asks for, also without data', (_, ask, expected) => {
    const ada = session();
    ask(ada);
    expect(ada.changeset(true)).toMatchObject(expected);
  });

  test('is nothing more once it was stored, but what was asked for meanwhile', () => {
    const ada = session();
    ada.set('count', 1);
    ada.remember(60);
    ada.newCsrfToken();
    const changeset = ada.changeset(true)!;
    ada.regenerate();
    ada.markStored(changeset, changeset.values, changeset.flash);
    expect(ada.changeset(true)).toMatchObject({ csr: undefined, idle: undefined, renewal: { keepDeadline: false } });
    ada.remember(70);
    const later = ada.changeset(true)!;
    ada.remember(80);
    ada.newCsrfToken();
    ada.markStored(later, later.values, later.flash);
    expect(ada.changeset(true)).toMatchObject({ csr: expect.any(Uint8Array) as unknown, idle: { seconds: 80 }, renewal: undefined });
  });

  test('is nothing after a reset, and the data and messages are gone', () => {
    const ada = session({}, STORED, { m: '["","hi"]' });
    ada.remember(60);
    ada.regenerate();
    ada.newCsrfToken();
    ada.reset();
    expect([ada.toObject(), ada.peekFlash(), ada.changeset(true)]).toEqual([{}, [], undefined]);
    ada.set('name', 'Bob');
    expect(Object.fromEntries(ada.changeset(true)?.values ?? [])).toEqual({ name: '"Bob"' });
  });
});

describe('a CSRF token', () => {
  test('is another text each time, verifies, and stores nothing', () => {
    const ada = session();
    const [one, other] = [ada.csrfToken(), ada.csrfToken()];
    expect(one).not.toBe(other);
    expect([verifies(ada, one), verifies(ada, other), verifies(ada, 'A'.repeat(43))]).toEqual([true, true, false]);
    expect(ada.changeset(true)).toBeUndefined();
  });

  test('of a session that is not stored yet verifies once its secret was stored with it', () => {
    const fresh = session({ csrfSecret: undefined }, {});
    const tokens = [fresh.csrfToken(), fresh.csrfToken()];
    expect(verifies(fresh, tokens[0]!)).toBe(false);
    fresh.set('name', 'Ada');
    const stored = session({ csrfSecret: fresh.changeset(false)!.csr });
    expect(tokens.map((token) => verifies(stored, token))).toEqual([true, true]);
  });

  test('from before newCsrfToken no longer verifies, and the new one does at once', () => {
    const ada = session();
    const old = ada.csrfToken();
    const token = ada.newCsrfToken();
    expect([verifies(ada, old), verifies(ada, token), verifies(ada, ada.csrfToken())]).toEqual([false, true, true]);
  });

  test('that is asked for after regenerate is of the new id, whatever is repeated, and the request itself still has the old one', () => {
    const ada = session();
    const old = ada.csrfToken();
    ada.regenerate();
    const token = ada.csrfToken();
    ada.regenerate({ keepDeadline: true });
    const again = ada.csrfToken();
    expect([verifies(ada, old), verifies(ada, token)]).toEqual([true, false]);
    const renewed = session({ csrfSecret: ada.changeset(true)!.csr });
    expect([verifies(renewed, token), verifies(renewed, again), verifies(renewed, old)]).toEqual([true, true, false]);
  });

  test('of newCsrfToken ends with a later regenerate', () => {
    const ada = session();
    ada.newCsrfToken();
    ada.regenerate();
    expect(ada.changeset(true)!.csr).toBeUndefined();
  });

  test('that was handed out for a session that is not stored yet survives a regenerate before its creation', () => {
    const fresh = session({ csrfSecret: undefined }, {});
    const token = fresh.csrfToken();
    fresh.regenerate();
    fresh.set('name', 'Ada');
    expect(verifies(session({ csrfSecret: fresh.changeset(false)!.csr }), token)).toBe(true);
  });
});

describe('moved under another id', () => {
  test('data and messages are copied whole, and nothing is left to write', () => {
    const ada = session({}, STORED, { m: '["","hi"]' });
    ada.set('count', 1);
    ada.popFlash();
    ada.flash('new');
    const { values, flash } = ada.snapshot(() => true);
    expect(Object.fromEntries(values)).toEqual({ ...STORED, count: { text: '1' } });
    expect([...flash.values()]).toEqual([{ text: '["","new"]' }]);
    const [name] = flash.keys();
    ada.move({ values, flash }, { dat: new Map([...Object.entries(STORED), ['count', '1']]), flash: new Map([[name!, '["","new"]']]) });
    expect(ada.changeset(true)).toBeUndefined();
    expect(ada.peekFlash()).toEqual(['new']);
  });

  test('only what this request set is kept where the old session ran out', () => {
    const ada = session({}, STORED, { m: '["","hi"]' });
    ada.set('count', 1);
    ada.flash('new');
    ada.keepOwn();
    expect([ada.toObject(), ada.peekFlash()]).toEqual([{ count: 1 }, ['new']]);
    expect([...(ada.changeset(false)?.values ?? [])]).toEqual([['count', '1']]);
  });
});
