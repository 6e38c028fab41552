import { SessionFactory, WithSession } from '../../src/runtime';
import { ShopData } from '../support/visitor';

/** What a request does, the call of it that fails, and what the table holds when it was done and when not. */
export interface Verb {
  /** The operation whose call fails. */
  readonly operation: 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'TransactWriteItems';
  /** Whether the visitor has a session before. */
  readonly isKnown: boolean;
  /** Whether it is a user's, so that a transaction stores it and another one ends it. */
  readonly isUsers?: boolean;
  /** Seconds that pass before, which make a read eventual, or a touch due. */
  readonly wait: number;
  readonly act: (context: WithSession<ShopData>, sessions: SessionFactory<ShopData>) => Promise<unknown>;
  /** The data that the browser's next request finds. */
  readonly done: Readonly<Record<string, unknown>>;
  readonly notDone: Readonly<Record<string, unknown>>;
  /** The id cookie of an answer to a request that was done. */
  readonly cookie: 'none' | 'set' | 'cleared';
}

/** The user whose sessions they are. */
export const USER = 'ada@example.org';

const name = { name: 'Ada' };
const known = { isKnown: true, wait: 30, notDone: name, cookie: 'none' } as const;

async function signIn({ session }: WithSession<ShopData>): Promise<void> {
  const opened = await session();
  opened.regenerate();
  opened.set('note', 'signed in');
}

/** The verbs of the store, each as a handler makes them happen. */
export const VERBS = {
  'load': { ...known, operation: 'GetItem', act: ({ session }) => session(), done: name },
  'create': {
    ...known,
    isKnown: false,
    operation: 'PutItem',
    act: async ({ session }) => (await session()).set('name', 'Ada'),
    done: name,
    notDone: {},
    cookie: 'set',
  },
  'update': { ...known, operation: 'UpdateItem', act: async ({ session }) => (await session()).set('count', 1), done: { ...name, count: 1 } },
  'touch': { ...known, wait: 600, operation: 'UpdateItem', act: ({ session }) => session(), done: name },
  'regenerate: new item': { ...known, operation: 'PutItem', act: signIn, done: { ...name, note: 'signed in' }, cookie: 'set' },
  'regenerate: old item': { ...known, operation: 'UpdateItem', act: signIn, done: { ...name, note: 'signed in' }, cookie: 'set' },
  'invalidate': { ...known, operation: 'DeleteItem', act: async ({ session }) => (await session()).invalidate(), done: {}, cookie: 'cleared' },
  'endSession': { ...known, operation: 'DeleteItem', act: ({ endSession }) => endSession(), done: {}, cookie: 'cleared' },
  'update(key, fn)': {
    ...known,
    operation: 'UpdateItem',
    act: async ({ session }) => (await session()).update('count', (count = 0) => count + 1),
    done: { ...name, count: 1 },
  },
  'signIn': {
    ...known,
    isUsers: true,
    operation: 'TransactWriteItems',
    act: async ({ session }) => {
      const opened = await session();
      opened.signIn(USER);
      opened.set('note', 'signed in');
    },
    done: { ...name, note: 'signed in' },
    cookie: 'set',
  },
  'endAll': {
    ...known,
    isUsers: true,
    operation: 'TransactWriteItems',
    act: async ({ session }, sessions) => {
      await session();
      await sessions.user(USER).endAll();
    },
    done: {},
  },
} satisfies Readonly<Record<string, Verb>>;

export type VerbName = keyof typeof VERBS;
