import { Scenario } from './scenario';
import { endAll, endOne, invalidate, join, open, rejoin, remember, renew, save, set, signIn, signOut, update } from './steps';

const writer = { steps: [set('w'), save] };
const updater = { steps: [update] };
const toucher = { steps: [open] };
const leaver = { steps: [signOut] };
const login = { steps: [set('user'), signIn] };

const lasting = { cookie: { maxAge: 5000 } };
const user = { absoluteTimeout: 5000 };
const ender = { steps: [endAll], cookies: 'none' as const };
const joiner = { steps: [join(), set('user')] };
const alone = { steps: [join(1), set('user')] };
const renewer = { steps: [rejoin, set('user')] };

/** What the explorer explores. */
export const SCENARIOS: readonly Scenario[] = [
  {
    title: 'a sign-in beside a writer',
    given: 'a session',
    visits: { login, writer },
    faults: [2, 3],
    isPeaceful: true,
  },
  {
    title: 'a sign-in beside an exact update',
    given: 'a session',
    visits: { login, updater },
    faults: [2, 3],
    isPeaceful: true,
  },
  {
    title: 'a sign-in that updates beside a writer',
    given: 'a session',
    visits: { login: { steps: [signIn, update] }, writer },
    faults: [1, 2],
    isPeaceful: true,
  },
  {
    title: 'a sign-in beside a touch',
    given: 'a session due for a touch',
    visits: { login, toucher },
    faults: [1, 2],
    isPeaceful: true,
  },
  {
    title: 'a sign-in beside a sign-out',
    given: 'a session',
    visits: { login, leaver },
    faults: [2, 3],
  },
  {
    title: 'two sign-ins',
    given: 'a session',
    visits: { login, second: login },
    faults: [2, 3],
    isPeaceful: true,
  },
  {
    title: 'a sign-in whose session runs out',
    given: 'a session that is about to run out',
    visits: { login, writer },
    events: ['the session runs out', 'TTL deletes'],
    faults: [1, 2],
  },
  {
    title: 'a new id with the same deadline',
    given: 'a session that is about to run out',
    visits: { login: { steps: [renew, set('user')] }, updater },
    events: ['the session runs out', 'TTL deletes'],
    faults: [1, 2],
  },
  {
    title: 'a sign-in that saves again where a save fails',
    given: 'a session',
    visits: { login: { steps: [set('user'), signIn, save, set('more'), save], catches: true }, writer },
    faults: [1, 2],
  },
  {
    title: 'a creation beside nobody',
    given: 'nothing',
    visits: { first: { steps: [set('a'), save, set('b')] }, next: { cookies: { of: 'first' }, steps: [set('c'), signOut] } },
    faults: [2, 3],
  },
  {
    title: 'a creation by an update',
    given: 'nothing',
    visits: { first: { steps: [update] }, next: { cookies: { of: 'first' }, steps: [update] } },
    faults: [2, 3],
  },
  {
    title: 'a touch that sends its cookie again beside a sign-out',
    given: 'a session due for a touch',
    visits: { toucher, leaver },
    options: lasting,
    faults: [2, 3],
  },
  {
    title: 'a writer that sends its cookie again beside a sign-in',
    given: 'a session due for a touch',
    visits: { login, writer },
    options: lasting,
    faults: [1, 2],
  },
  {
    title: 'two exact updates',
    given: 'a session',
    visits: { one: updater, other: updater },
    faults: [1, 2],
    isPeaceful: true,
  },
  {
    title: 'an exact update beside a sign-out',
    given: 'a session',
    visits: { updater, leaver },
    faults: [2, 3],
  },
  {
    title: 'a writer and a touch beside a sign-out',
    given: 'a session due for a touch',
    visits: { writer, toucher, leaver: { steps: [open, invalidate] } },
    events: ['a day passes and TTL deletes'],
    faults: [1, 2],
  },
  {
    title: 'a session that is remembered beside a touch',
    given: 'a session due for a touch',
    visits: { keeper: { steps: [remember] }, toucher, writer },
    faults: [1, 2],
    isPeaceful: true,
  },
  {
    title: 'a session that is remembered beside a sign-out',
    given: 'a session',
    visits: { keeper: { steps: [set('a'), remember] }, leaver },
    faults: [2, 3],
  },
  {
    title: 'a sign-in that is remembered beside a sign-out',
    given: 'a session',
    visits: { login: { steps: [signIn, set('user'), save, remember] }, leaver },
    faults: [1, 2],
  },
  {
    title: 'a sign-in that ends itself, and the sign-in of another',
    given: 'a session',
    visits: { login: { steps: [set('user'), signIn, save, signOut] }, second: login },
    faults: [1, 2],
  },
  {
    title: 'a sign-in beside a writer and a sign-out',
    given: 'a session',
    visits: { login, writer, leaver },
    faults: [1, 2],
  },
  {
    title: 'two sign-ins beside an exact update',
    given: 'a session',
    visits: { login, second: login, updater },
    faults: [1, 2],
    isPeaceful: true,
    isLong: true,
  },
  {
    title: 'a sign-in of a user beside endAll',
    given: 'a session',
    visits: { joiner, ender },
    options: user,
    faults: [1, 2],
  },
  {
    title: 'the first session of a user beside endAll',
    given: 'nothing',
    visits: { joiner, ender },
    events: ['a day passes and TTL deletes'],
    options: user,
    faults: [1, 2],
  },
  {
    title: 'two sign-ins of a user with one session each',
    given: 'a session of a user',
    visits: { one: alone, other: { ...alone, cookies: 'none' } },
    options: user,
    most: 1,
    faults: [1, 2],
  },
  {
    title: 'three sign-ins of a user with two sessions',
    given: 'nothing',
    visits: { one: { steps: [join(2)] }, two: { steps: [join(2)] }, three: { steps: [join(2)] } },
    options: user,
    most: 2,
    faults: [0, 1],
  },
  {
    title: 'a new id of a session of a user beside endAll',
    given: 'a session of a user',
    visits: { renewer, ender },
    options: user,
    faults: [1, 2],
  },
  {
    title: 'a new id of a session of a user beside end',
    given: 'a session of a user',
    visits: { renewer, ender: { ...ender, steps: [endOne] } },
    options: user,
    faults: [1, 2],
  },
  {
    title: 'a new id of a session of a user beside a sign-in that lets one live',
    given: 'a session of a user',
    visits: { renewer, other: { ...alone, cookies: 'none' } },
    options: user,
    most: 1,
    faults: [1, 2],
  },
  {
    title: 'a new id of a session of a user beside a sign-out that takes the entry',
    given: 'a session of a user',
    visits: { renewer, leaver: { steps: [invalidate] } },
    options: user,
    faults: [1, 2],
  },
  {
    title: 'a new id of a session of a user that is saved again where a save fails',
    given: 'a session of a user',
    visits: { renewer: { steps: [rejoin, set('user'), save, set('more'), save], catches: true }, ender },
    options: user,
    faults: [1, 2],
  },
  {
    title: 'a sign-in of a user that is saved again where a save fails',
    given: 'a session',
    visits: { joiner: { steps: [join(), set('user'), save, set('more'), save], catches: true }, ender },
    options: user,
    faults: [1, 2],
  },
  {
    title: 'two new ids of a session of a user',
    given: 'a session of a user',
    visits: { renewer, second: renewer },
    options: user,
    faults: [1, 2],
  },
  {
    title: 'a writer of a session of a user beside endAll',
    given: 'a session of a user',
    visits: { writer, ender },
    options: user,
    faults: [1, 2],
  },
  {
    title: 'a sign-in of a user beside two endAll',
    given: 'a session',
    visits: { joiner, ender, second: ender },
    options: user,
    faults: [0, 1],
  },
];
