import { Scenario } from './scenario';
import { invalidate, open, remember, renew, save, set, signIn, signOut, update } from './steps';

const writer = { steps: [set('w'), save] };
const updater = { steps: [update] };
const toucher = { steps: [open] };
const leaver = { steps: [signOut] };
const login = { steps: [set('user'), signIn] };

const lasting = { cookie: { maxAge: 5000 } };

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
    faults: [2, 3],
    isPeaceful: true,
  },
  {
    title: 'a sign-in beside a touch',
    given: 'a session due for a touch',
    visits: { login, toucher },
    faults: [2, 3],
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
    faults: [2, 3],
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
    faults: [2, 3],
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
    faults: [2, 3],
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
];
