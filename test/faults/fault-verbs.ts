import { ShopSession } from '../support/visitor';

/** What a request does, the call of it that fails, and what must hold of the table whether it was done or not. */
export interface Verb {
  /** The operation whose call fails. */
  readonly operation: 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem';
  /** Whether the visitor has a session before. */
  readonly isKnown: boolean;
  /** Seconds that pass before, to make a touch due. */
  readonly wait: number;
  readonly act: (session: ShopSession) => Promise<unknown> | void;
  /** What the visitor's next request finds when it was done, and when it was not. */
  readonly done: unknown;
  readonly notDone: unknown;
}

const known = { name: 'Ada' };

/** The verbs of the store, each as a handler makes them happen. */
export const VERBS = {
  'load': { operation: 'GetItem', isKnown: true, wait: 30, act: () => undefined, done: known, notDone: known },
  'create': { operation: 'PutItem', isKnown: false, wait: 0, act: (session) => session.set('name', 'Ada'), done: known, notDone: {} },
  'update': {
    operation: 'UpdateItem', isKnown: true, wait: 30, act: (session) => session.set('count', 1), done: { ...known, count: 1 }, notDone: known,
  },
  'touch': { operation: 'UpdateItem', isKnown: true, wait: 600, act: () => undefined, done: known, notDone: known },
  'regenerate, new item': { operation: 'PutItem', isKnown: true, wait: 30, act: (session) => session.regenerate(), done: known, notDone: known },
  'regenerate, old item': { operation: 'UpdateItem', isKnown: true, wait: 30, act: (session) => session.regenerate(), done: known, notDone: known },
  'delete': { operation: 'DeleteItem', isKnown: true, wait: 30, act: (session) => session.invalidate(), done: {}, notDone: known },
  'update(key, fn)': {
    operation: 'UpdateItem',
    isKnown: true,
    wait: 30,
    act: (session) => session.update('count', (count = 0) => count + 1),
    done: { ...known, count: 1 },
    notDone: known,
  },
} satisfies Readonly<Record<string, Verb>>;

export type VerbName = keyof typeof VERBS;
