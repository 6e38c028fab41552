import { Contestant, Use } from './contestant';
import { Subject } from './rounds';

/** One row of the table of costs. */
export interface Scenario {
  readonly name: string;
  readonly use: Use;
  /** Bytes of the session. */
  readonly bytes: number;
  /** Whether the browser sends a cookie, a valid one or a forged one. */
  readonly cookie: 'none' | 'own' | 'forged';
  /** Runs of one subject in one round. */
  readonly batch: number;
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'anonymous', use: 'none', bytes: 1000, cookie: 'none', batch: 2000 },
  { name: 'cookie, session not used', use: 'none', bytes: 1000, cookie: 'own', batch: 2000 },
  { name: 'read 1 KB', use: 'read', bytes: 1000, cookie: 'own', batch: 1000 },
  { name: 'read 20 KB', use: 'read', bytes: 20_000, cookie: 'own', batch: 300 },
  { name: 'read 200 KB', use: 'read', bytes: 200_000, cookie: 'own', batch: 60 },
  { name: 'read and change one key, 1 KB', use: 'change', bytes: 1000, cookie: 'own', batch: 500 },
  { name: 'read and change one key, 20 KB', use: 'change', bytes: 20_000, cookie: 'own', batch: 150 },
  { name: 'read and change one key, 200 KB', use: 'change', bytes: 200_000, cookie: 'own', batch: 30 },
  { name: 'sign in', use: 'sign-in', bytes: 1000, cookie: 'none', batch: 500 },
  { name: 'sign out', use: 'sign-out', bytes: 1000, cookie: 'own', batch: 500 },
  { name: 'forged id', use: 'read', bytes: 1000, cookie: 'forged', batch: 1000 },
];

/** Ids of the right form that were never issued. */
const FORGED = `session_id=${'A'.repeat(43)}; connect.sid=s%3A${'A'.repeat(32)}.${'A'.repeat(43)}; _idx=${'A'.repeat(24)}.${'A'.repeat(43)}`;

/** What a contestant does in a scenario; each sign-out has its own session, made beforehand. */
export function subjectOf(contestant: Contestant, { use, bytes, cookie, batch }: Scenario): Subject {
  let cookies: (string | undefined)[] = [];
  const signIn = () => contestant.visit(undefined, 'sign-in', bytes);
  return {
    name: contestant.name,
    prepare: async () => {
      if (cookie !== 'own') cookies = [cookie === 'none' ? undefined : FORGED];
      else if (use === 'sign-out') cookies = await Promise.all(Array.from({ length: batch }, signIn));
      else if (cookies.length === 0) cookies = [await signIn()];
    },
    run: () => contestant.visit(cookies.length > 1 ? cookies.pop() : cookies[0], use, bytes),
  };
}
