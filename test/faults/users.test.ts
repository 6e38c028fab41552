import { CLIENTS, ClientName } from './fault-clients';
import { FaultyTable } from './faulty-table';
import { refOf, userKeyOf } from '../../src/runtime/table/key';
import { FakeClock } from '../../src/testing';
import { attempt } from '../support/attempt';
import { DYNALITE, findDynoxide } from '../support/engines';
import { FAULTS, FaultName } from '../support/faults';
import { Visitor } from '../support/visitor';

const ALL_CLIENTS = Object.keys(CLIENTS) as ClientName[];
const ALL_FAULTS = Object.keys(FAULTS) as FaultName[];
/** The calls of a sign-in and of `endAll`, each of which fails in its turn. */
const OPERATIONS = ['GetItem', 'UpdateItem', 'TransactWriteItems'] as const;
/** What another attempt would not mend. */
const NOT_REPEATED = /access denied|expired credentials|missing table/;
const options = { absoluteTimeout: 86_400 };

const engine = findDynoxide() ?? DYNALITE;

describe(`Users on ${engine.name}, where a call fails:`, () => {
  const faulty = FaultyTable.on(engine);
  let userNumber = 0;

  /** What is wrong with a user's sessions whatever happened: one that lives is listed. */
  const unlisted = async (userId: string, now: number): Promise<string[]> => {
    const key = userKeyOf(userId);
    const items = await faulty.table.items();
    const own = items.find(({ sid }) => Buffer.compare(sid?.B as Uint8Array, key) === 0);
    const living = items.filter(({ usr, frz, exp }) =>
      usr?.B !== undefined && Buffer.compare(usr.B, key) === 0 && frz === undefined && Number(exp?.N) > now);
    return living.map(({ sid }) => refOf(sid?.B as Uint8Array)).filter((ref) => !Object.hasOwn(own?.ses?.M ?? {}, ref));
  };

  const cells = ALL_FAULTS.flatMap((fault) => ALL_CLIENTS.map((client) => [fault, client] as const));

  test.each(cells)('%s through the %s lets nobody in who is not told so, and leaves no session that endAll should have ended', async (fault, name) => {
    const wrong: object[] = [];
    for (const operation of OPERATIONS) {
      for (const lasts of [false, true]) {
        const clock = new FakeClock();
        const userId = `user-${++userNumber}`;
        const visitor = await Visitor.withSession(faulty.table, clock, options);
        const client = CLIENTS[name](faulty.proxy.endpoint, { tableName: faulty.table.name, clock, ...options });
        const waiting = { patience: client.patience, advance: (milliseconds: number) => clock.advance(milliseconds) };
        const note = (what: string) => wrong.push({ operation, lasts, what });
        const { sessions } = client;
        const request = sessions.forRequest({ cookies: visitor.jar.header(), https: true });
        const before = visitor.id;
        const session = await request.session();
        session.signIn(userId, { device: 'phone' });
        faulty.proxy.fail(operation, fault, lasts ? Infinity : 1, waiting);
        const isSignedIn = await attempt(() => request.commit());
        faulty.proxy.heal();
        const { setCookie } = await request.discard();
        visitor.jar.store(setCookie);
        const now = Math.floor(clock.now() / 1000);
        const listed = await sessions.user(userId).list();
        if (isSignedIn !== listed.some(({ ref }) => ref === session.ref)) note(`signed in: ${isSignedIn}, and listed: ${listed.length}`);
        if (isSignedIn !== setCookie.length > 0) note('a cookie without a sign-in, or none with one');
        if (isSignedIn && visitor.id === before) note('the id is the former one');
        if (!lasts && isSignedIn && listed.length !== 1) note(`${listed.length} sessions are listed after one sign-in`);
        if ((await unlisted(userId, now)).length > 0) note('a session lives and is not listed');

        faulty.proxy.fail(operation, fault, lasts ? Infinity : 1, waiting);
        const isEnded = await attempt(() => sessions.user(userId).endAll());
        faulty.proxy.heal();
        const left = await sessions.user(userId).list();
        if (isEnded && left.length > 0) note('endAll was done, and a session lives');
        if (!lasts && !isEnded && name.startsWith('own') && !NOT_REPEATED.test(fault)) note('endAll failed where only one call did');
        if ((await unlisted(userId, now)).length > 0) note('a session lives and is not listed after endAll');
        client.destroy();
        for (const item of await faulty.table.items()) await faulty.table.removeItem(item);
      }
    }
    expect(wrong).toEqual([]);
  }, 60_000);
});
