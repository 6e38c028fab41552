import { Cell, Outcome } from './fault-cell';
import { ClientName } from './fault-clients';
import { VERBS } from './fault-verbs';
import { FaultName } from '../support/fault-proxy';

const REFUSED: readonly FaultName[] = ['access denied', 'expired credentials', 'missing table'];
const THROTTLED: readonly FaultName[] = ['throttled: provisioned', 'throttled: account', 'throttled: on demand'];
/** Faults by which the write is done, and its answer lost. */
const APPLIED: readonly FaultName[] = ['wrong checksum', 'reset after it was applied', 'answer cut off after it was applied', 'silence after it was applied'];
/** Faults that the SDK's own retries do not repeat. */
const UNREPEATED: readonly FaultName[] = ['HTML with 200', 'empty with 200', 'silence', 'silence after it was applied', 'one byte and no more'];

/** What must come of a cell. */
export function expectedOutcome({ fault, verb, client, lasts }: Cell): Outcome {
  const isLean = client === 'lean client';
  // The SDK does not look at the checksum; a damaged item is no session.
  if (!isLean && fault === 'wrong checksum') return success(verb);
  if (!fails(fault, client, lasts)) return success(verb);
  return { status: statusOf({ fault, verb, client, lasts }), cookie: 'none', then: foundAfter(fault, verb), violations: [] };
}

function fails(fault: FaultName, client: ClientName, lasts: boolean): boolean {
  if (REFUSED.includes(fault) || lasts) return true;
  return client.startsWith('given') && UNREPEATED.includes(fault);
}

function success(verb: Cell['verb']): Outcome {
  const cookie = verb === 'delete' ? 'cleared' : verb === 'create' || verb.startsWith('regenerate') ? 'set' : 'none';
  return { status: 200, cookie, then: 'done', violations: [] };
}

function statusOf({ fault, verb, client }: Cell): number {
  // The page is read already; the next request extends the session.
  if (verb === 'touch' && !REFUSED.includes(fault)) return 200;
  if (verb !== 'update(key, fn)' || REFUSED.includes(fault)) return 503;
  // Nobody can tell whether it was applied, and to send it again would be wrong: no 503 that invites to.
  return THROTTLED.includes(fault) && !client.startsWith('given') ? 503 : 500;
}

function foundAfter(fault: FaultName, verb: Cell['verb']): Outcome['then'] {
  const { done, notDone } = VERBS[verb];
  if (JSON.stringify(done) === JSON.stringify(notDone)) {
    // The old session has ended, and nobody was told the new id: the visitor signs in again.
    return verb === 'regenerate, old item' && APPLIED.includes(fault) ? 'neither' : 'done';
  }
  return APPLIED.includes(fault) && verb !== 'create' ? 'done' : 'not done';
}
