import { Contestant } from './contestant';
import { Usage } from './counting';
import { SECONDS_APART, SESSION_BYTES, TEN } from './request-mix';
import { FakeClock } from '../src/testing';

/** Rounds of ten requests, after which a visitor leaves. */
const ROUNDS = 10;
const MILLION = 1_000_000;
/**
 * US dollars for a million request units on demand, standard class, US East (N. Virginia).
 *
 * @see https://aws.amazon.com/dynamodb/pricing/on-demand/
 */
export const PRICE = { read: 0.125, write: 0.625 };

/** What ten million such requests use, with sessions of 2 KiB, and what it costs in dollars. */
export interface Month extends Usage {
  readonly dollars: number;
}

/** Plays one visitor, and counts. A sign-in's cost is left out: it is one write for every contestant. */
export async function month(contestant: Contestant, usage: Usage, clock: FakeClock): Promise<Month> {
  let cookies = await contestant.visit(undefined, 'sign-in', SESSION_BYTES);
  clock.advanceSeconds(SECONDS_APART);
  Object.assign(usage, { calls: 0, read: 0, write: 0 });
  for (let round = 0; round < ROUNDS; round++) {
    for (const use of TEN) {
      cookies = await contestant.visit(cookies, use, SESSION_BYTES);
      clock.advanceSeconds(SECONDS_APART);
    }
  }
  const share = (10 * MILLION) / (ROUNDS * TEN.length);
  const [calls, read, write] = [usage.calls * share, usage.read * share, usage.write * share];
  return { calls, read, write, dollars: (read * PRICE.read + write * PRICE.write) / MILLION };
}
