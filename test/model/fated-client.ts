import type { Scheduler } from 'fast-check';
import type { SessionClient, TransactWriteItem, TransactWriteItemsInput } from '../../src/runtime';
import type { MemoryTable } from '../../src/testing';
import { awsError } from '../support/scripted-client';

/** What becomes of a call: answered; applied and the answer lost; given up by its client and applied at some later time. */
export type Fate = 'answered' | 'lost' | 'late';

/** What is to happen around each call. */
export interface Course {
  readonly scheduler: Scheduler;
  /** For each call in turn; those that have none are answered. */
  readonly fates: Fate[];
  /** Runs after each call that reached the table. */
  readonly check: () => void;
  readonly note: (problem: string) => void;
}

type Verb = 'getItem' | 'putItem' | 'updateItem' | 'deleteItem' | 'transactWrite';

/** A client whose calls are applied and answered when the scheduler says so. */
export function fatedClient(table: MemoryTable, { scheduler, fates, check, note }: Course, deletes: boolean): SessionClient {
  const checkWrite = (write: TransactWriteItem): void => {
    if ('Put' in write && typeof write.Put.ConditionExpression !== 'string') note('a write of a transaction has no condition');
  };
  const apply = async (verb: Verb, input: object): Promise<{ readonly output: object } | { readonly error: unknown }> => {
    const { ConditionExpression: condition } = input as { readonly ConditionExpression?: string };
    if (/put|update/.test(verb) && typeof condition !== 'string') note('a write has no condition');
    if (verb === 'transactWrite') (input as TransactWriteItemsInput).TransactItems.forEach(checkWrite);
    if (verb === 'deleteItem' && !deletes) note('a session was deleted by a request that ends none');
    try {
      return { output: await (table[verb] as (input: object) => Promise<object>)(input) };
    } catch (error) {
      return { error };
    } finally {
      check();
    }
  };
  const pass = (verb: Verb) => async (input: object): Promise<object> => {
    const fate = fates.shift() ?? 'answered';
    await scheduler.schedule(Promise.resolve(), `${verb} comes`);
    if (fate === 'late') {
      // Two turns of the scheduler, so that it may come after its repetition and after other requests.
      void scheduler.schedule(Promise.resolve(), `${verb} is late`)
        .then(() => scheduler.schedule(Promise.resolve(), `${verb} comes late`))
        .then(() => apply(verb, input));
      throw awsError('TimeoutError');
    }
    const result = await apply(verb, input);
    await scheduler.schedule(Promise.resolve(), `${verb} is answered`);
    if (fate === 'lost') throw awsError('TimeoutError');
    if ('error' in result) throw result.error;
    return result.output;
  };
  return {
    singleAttempt: true,
    getItem: pass('getItem'),
    putItem: pass('putItem'),
    updateItem: pass('updateItem'),
    deleteItem: pass('deleteItem'),
    transactWrite: pass('transactWrite'),
  };
}
