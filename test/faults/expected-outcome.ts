import { Cell, Outcome } from './fault-cell';
import { VERBS, Verb } from './fault-verbs';

/** What the whole of a call comes to, once the client and the store have repeated it or not. */
interface Course {
  /** Whether one attempt or more was applied before the answer was lost. */
  readonly isApplied: boolean;
  /** What it ends with. */
  readonly end: 'answer' | 'unavailable' | 'not applied' | 'configuration';
}

const APPLIED = /after it was applied|wrong checksum/;
const REFUSED = /access denied|missing table/;
/** Read again once; here they stay the same. */
const EXPIRED = /expired credentials/;
const THROTTLED = /throttled/;
/** What the SDK's own retries take for an answer, or for something that is of no use to repeat. */
const NOT_REPEATED_BY_SDK = /silence|one byte|HTML|empty/;

const WAITED_FOR = /silence|one byte/;

/** What must come of a cell. It is reasoned here, and not taken from what is. */
export function expectedOutcome(cell: Cell): Outcome {
  const verb: Verb = VERBS[cell.verb];
  if (cell.fault === 'stale eventual reads') return staleOutcome(cell, verb);
  const { isApplied, end } = courseOf(cell);
  const orphans = isApplied && verb.operation === 'PutItem' ? attemptsApplied(cell) : orphansOfTransaction(cell, isApplied, end);
  // Applied, a freeze is found by a strong read, which nothing fails here; not applied, it is repeated while there is time.
  const isRepeated = end === 'unavailable' && !cell.lasts && !WAITED_FOR.test(cell.fault);
  if (cell.verb === 'regenerate: old item' && (isApplied || isRepeated)) {
    return { status: 200, thrown: 'nothing', cookie: 'set', stored: 'done', orphans, violations: [] };
  }
  if (end === 'answer') return { status: 200, thrown: 'nothing', cookie: verb.cookie, stored: 'done', orphans, violations: [] };
  return { ...failure(cell, end), cookie: 'none', stored: storedOf(cell, verb, isApplied), orphans, violations: [] };
}

function courseOf({ fault, client, lasts }: Cell): Course {
  const isGiven = client.startsWith('given');
  // The SDK does not look at checksums.
  const isUnnoticed = fault === 'half a second late' || (fault === 'wrong checksum' && client !== 'lean client');
  if (isUnnoticed) return { isApplied: false, end: 'answer' };
  const isApplied = APPLIED.test(fault);
  if (REFUSED.test(fault)) return { isApplied, end: 'configuration' };
  if (EXPIRED.test(fault)) return { isApplied, end: 'not applied' };
  if (!lasts && !(isGiven && NOT_REPEATED_BY_SDK.test(fault))) return { isApplied, end: 'answer' };
  return { isApplied, end: THROTTLED.test(fault) ? 'not applied' : 'unavailable' };
}

/** Each attempt of the store's own has an id of its own, which nobody gets where it was given up; the SDK repeats one. */
function attemptsApplied({ client, fault, lasts }: Cell): number {
  if (client.startsWith('given') || !lasts) return 1;
  // The first may take half of the time, and the second takes the rest.
  return WAITED_FOR.test(fault) ? 2 : 5;
}

/** DynamoDB applies a transaction once under its token, so one that is repeated leaves nothing; only one that was given up may have made a session. */
function orphansOfTransaction({ verb }: Cell, isApplied: boolean, end: Course['end']): number {
  return verb === 'signIn' && isApplied && end !== 'answer' ? 1 : 0;
}

function failure({ verb }: Cell, end: Exclude<Course['end'], 'answer'>): Pick<Outcome, 'status' | 'thrown'> {
  // Whether it was applied is for the caller to know, because it must not be applied twice.
  if (verb === 'update(key, fn)' && end === 'unavailable') return { status: 500, thrown: 'SessionConflictError (conflict)' };
  // The page is read already, and the next request extends the session.
  if (verb === 'touch' && end !== 'configuration') return { status: 200, thrown: 'nothing' };
  const isAtOnce = verb === 'load' || verb === 'invalidate' || verb === 'endSession' || verb === 'endAll' || verb === 'update(key, fn)';
  const isConfiguration = end === 'configuration';
  const thrown = isAtOnce ? `SessionUnavailableError (${isConfiguration ? 'configuration' : 'unavailable'})` : 'nothing';
  // To ask again does not help against a mistake of the set-up.
  return { status: isConfiguration ? 500 : 503, thrown };
}

function storedOf({ verb: name }: Cell, verb: Verb, isApplied: boolean): Outcome['stored'] {
  if (JSON.stringify(verb.done) === JSON.stringify(verb.notDone)) return 'done';
  // The former item is frozen and nobody has a new id: the visitor signs in again, and nobody else is let in.
  if (name === 'regenerate: new item' || name === 'signIn') return 'ended';
  return isApplied && verb.operation !== 'PutItem' ? 'done' : 'not done';
}

/** The session was created a moment ago, and the read does not see it yet. */
function staleOutcome({ verb: name }: Cell, verb: Verb): Outcome {
  const fine: Outcome = { status: 200, thrown: 'nothing', cookie: verb.cookie, stored: 'done', orphans: 0, violations: [] };
  if (name === 'load' || name === 'touch' || name === 'create' || name === 'endAll' || verb.operation === 'DeleteItem') return fine;
  // To write would be to begin a new session, whose cookie would take the place of one that lives.
  const thrown = name === 'update(key, fn)' ? 'SessionUnavailableError (unavailable)' : 'nothing';
  return { ...fine, status: 503, thrown, cookie: 'none', stored: 'not done' };
}
