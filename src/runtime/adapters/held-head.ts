import { NodeResponse, replaceHead, takeHead } from './node-response';
import type { FinishedRequest } from '../request/session-request';

type Verb = 'writeHead' | 'write' | 'end' | 'flushHeaders';
type Methods = Record<Verb, (this: unknown, ...values: unknown[]) => unknown>;

const VERBS: readonly Verb[] = ['writeHead', 'write', 'end', 'flushHeaders'];

/**
 * Holds the head of a response until the session is stored: what is written before then waits, and is written after it
 * in the same order.
 *
 * | until then | `write` returns true, up to 1 MiB, and then false; `headersSent` is false |
 * | stored | the original methods are back, and what waits is written |
 * | store out of reach | neither what waits nor what follows is written; this response goes out instead |
 * | another error | what waits is dropped; the error handler writes the response |
 *
 * @param store - called once, when the head would be sent
 */
export function holdHead(
  response: NodeResponse,
  store: () => Promise<FinishedRequest['unavailable']>,
  fail: (error: unknown) => void,
): void {
  const methods = response as unknown as Methods;
  const former = Object.fromEntries(VERBS.map((verb) => [verb, methods[verb]])) as Methods;
  const own = VERBS.filter((verb) => Object.hasOwn(methods, verb));
  const held = {} as Methods;
  const waiting: [Verb, unknown[]][] = [];
  /**
   * Characters or bytes that may still wait. It is far more than a response or a compressor takes at once, so a writer
   * that is told to wait here is told so by them too, and they emit `drain`. A compressor hides the response's own.
   */
  let room = 1_048_576;
  let isStoring = false;
  let hasHead = false;
  /**
   * What happens to a call: it waits at first, then passes through. If another response went out, it waits for ever.
   */
  let take: (verb: Verb, values: unknown[]) => unknown = wait;
  for (const verb of VERBS) methods[verb] = held[verb] = (...values) => take(verb, values);

  function wait(verb: Verb, values: unknown[]): unknown {
    if (verb !== 'writeHead') waiting.push([verb, values]);
    else hasHead = takeHead(response, values);
    if (!isStoring) store().then(go, stop);
    isStoring = true;
    if (verb !== 'write') return response;
    room -= (values[0] as string | Uint8Array).length;
    return room > 0;
  }

  function pass(verb: Verb, values: unknown[]): unknown {
    return former[verb].apply(response, values);
  }

  /**
   * Restores the original, as an own property if it was one. A method that somebody put over ours stays, and calls
   * through.
   */
  function release(): void {
    take = pass;
    for (const verb of VERBS) {
      if (methods[verb] !== held[verb]) continue;
      if (own.includes(verb)) methods[verb] = former[verb];
      else delete (methods as Partial<Methods>)[verb];
    }
  }

  function go(unavailable: FinishedRequest['unavailable']): void {
    if (unavailable) {
      replaceHead(response, unavailable);
      // Otherwise `end` would call the held one.
      pass('writeHead', [response.statusCode]);
      return void pass('end', [unavailable.body]);
    }
    release();
    if (hasHead) pass('writeHead', [response.statusCode]);
    const last = waiting.map(([verb, values]) => pass(verb, values)).at(-1);
    // A response without a body, as to HEAD, accepts everything and never emits `drain`.
    if (room <= 0 && last === true) response.emit('drain');
  }

  function stop(error: unknown): void {
    release();
    fail(error);
  }
}
