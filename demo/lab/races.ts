import { Contest, Race } from './race';

const FIVE = [1, 2, 3, 4, 5];
/** Milliseconds that a handler of a race works between its read and its write. */
const WORK = 250;
const LONG_WORK = 600;

const five = (label: string, step: (number: number) => string) => async (contest: Contest): Promise<number> => {
  const statuses = await Promise.all(FIVE.map((number) => contest.send(`${label} ${number}`, step(number), { at: 1 + number * 12 })));
  return statuses.filter((status) => status === 200).length;
};

const counting = (step: string) => async (contest: Contest) => {
  const answered = await five('click', () => `${step}?work=${WORK}`)(contest);
  const { data: { count = 0 } } = await contest.look(contest.browser);
  return [count === answered, `${answered} of 5 were answered 200, and the count is ${count}: ${lost(answered - count)}.`] as const;
};

const keys = async (contest: Contest) => {
  const answered = await five('key', (number) => `key?work=${WORK}&value=${number}`)(contest);
  const { data } = await contest.look(contest.browser);
  const kept = Object.keys(data).filter((key) => key.startsWith('key ')).length;
  return [kept === answered, `${answered} of 5 were answered 200, and ${kept} keys are there: ${lost(answered - kept)}.`] as const;
};

const signOut = async (contest: Contest) => {
  const stale = contest.tab();
  const [writer] = await Promise.all([
    contest.send('slow writer', `put?work=${LONG_WORK}&value=cake`),
    contest.send('sign-out', 'sign-out', { at: LONG_WORK / 3 }),
  ]);
  const { isNew } = await contest.look(stale);
  const told = writer === 200 ? 'The writer was answered 200' : `The writer was answered ${writer}`;
  return [isNew, `${told}, and the session that was signed out ${isNew ? 'stays dead' : 'is alive again'}.`] as const;
};

const signInBesideWriters = async (contest: Contest) => {
  const old = contest.tab();
  const tab = contest.tab();
  const acknowledged: string[] = [];
  let signedIn = false;
  const write = async (name: string) => {
    for (let number = 1; number <= 12 && !signedIn; number++) {
      const value = `${name}${number}`;
      if (await contest.send(`writer ${name}`, `put?work=30&value=${value}`) === 200) acknowledged.push(value);
    }
  };
  const signIn = async () => {
    await contest.send('sign-in', `sign-in?work=${WORK}`, { at: 120, tab });
    signedIn = true;
  };
  await Promise.all([write('a'), write('b'), signIn()]);
  const { data: { cart = [], name } } = await contest.look(tab);
  const missing = acknowledged.filter((value) => !cart.includes(value)).length;
  const { isNew } = await contest.look(old);
  const first = `Signed in${name === undefined ? ': no' : ''}. ${acknowledged.length} writes were answered 200: ${lost(missing)}.`;
  return [name !== undefined && missing === 0 && isNew, `${first} The old id is ${isNew ? 'dead' : 'still alive'}.`] as const;
};

const twoSignIns = async (contest: Contest) => {
  const [old, one, other] = [contest.tab(), contest.tab(), contest.tab()];
  await Promise.all([
    contest.send('tab 1 signs in', `sign-in?work=${LONG_WORK}`, { tab: one }),
    contest.send('tab 2 signs in', `sign-in?work=${LONG_WORK}`, { at: 40, tab: other }),
    contest.send('tab 3 buys cake', 'put?work=10&value=cake', { at: 120, tab: contest.tab() }),
  ]);
  const looks = await Promise.all([contest.look(one), contest.look(other)]);
  const withCake = looks.filter(({ data }) => data.name === 'Ada' && data.cart?.includes('tea') && data.cart.includes('cake')).length;
  const { isNew } = await contest.look(old);
  return [withCake === 2 && isNew, `The cake was answered 200 and is in ${withCake} of the 2 new sessions. The old id is ${isNew ? 'dead' : 'still alive'}.`] as const;
};

function lost(count: number): string {
  return count === 0 ? 'none is lost' : `${count} ${count === 1 ? 'is' : 'are'} lost`;
}

export const RACES: readonly Race[] = [
  {
    name: 'count',
    title: 'Five clicks at once',
    what: 'Each reads a count, works for a quarter of a second and writes the count plus one. With set() the last commit wins, as documented; update() applies every change once.',
    runs: [
      { title: 'Session Table, session.update()', store: 'ours', go: counting('update') },
      { title: 'Session Table, get() and set()', store: 'ours', go: counting('set') },
      { title: 'Plain store', store: 'plain', go: counting('set') },
    ],
  },
  {
    name: 'keys',
    title: 'Five different keys at once',
    what: 'Each request sets a key of its own.',
    runs: [
      { title: 'Session Table, set()', store: 'ours', go: keys },
      { title: 'Plain store', store: 'plain', go: keys },
    ],
  },
  {
    name: 'sign-out',
    title: 'Sign-out against a slow writer',
    what: 'A slow request has read the session; meanwhile the visitor signs out; then the slow one writes.',
    runs: [
      { title: 'Session Table', store: 'ours', go: signOut },
      { title: 'Plain store', store: 'plain', go: signOut },
    ],
  },
  {
    name: 'sign-in',
    title: 'Sign-in during a loop of writers',
    what: 'Two tabs put things into the cart without a pause while a third signs in and so gets a new id.',
    runs: [
      { title: 'Session Table', store: 'ours', go: signInBesideWriters },
      { title: 'Plain store', store: 'plain', go: signInBesideWriters },
    ],
  },
  {
    name: 'two-sign-ins',
    title: 'Two tabs that sign in',
    what: 'Two tabs sign in at once; before they are done, a third puts a cake into the cart.',
    runs: [
      { title: 'Session Table', store: 'ours', go: twoSignIns },
      { title: 'Plain store', store: 'plain', go: twoSignIns },
    ],
  },
];
