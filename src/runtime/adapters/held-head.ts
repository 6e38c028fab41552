import { NodeResponse, replaceHead, takeHead } from './node-response';
import type { FinishedRequest } from '../request/session-request';

type Verb = 'writeHead' | 'write' | 'end' | 'flushHeaders';
type Methods = Record<Verb, (this: unknown, ...values: unknown[]) => unknown>;

const VERBS: readonly Verb[] = ['writeHead', 'write', 'end', 'flushHeaders'];

/**
 * Holds the head of a response until the session is stored: what is written
 * before then waits, and is written after it in the same order.
 *
 * | until then | `write` gives true, up to 1 MiB, and then false; `headersSent` is false |
 * | stored | the former methods are back, and what waits is written |
 * | store out of reach | what waits is never written, nor what follows; this response goes out in its place |
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
   * Characters or bytes that may still wait, of far more than a response or a compressor takes at once: a writer that is
   * told to wait here is told to wait by them too, and `drain` is theirs. A compressor hides the response's own.
   */
  let room = 1_048_576;
  let isStoring = false;
  let hasHead = false;
  /** What becomes of a call: it waits, at first, and then passes. Where another response went out, it waits for ever. */
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

  /** Puts back what was there, as an own property where it was one; what was put over ours since stays, and passes through. */
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
      // By itself, `end` would call the held one.
      pass('writeHead', [response.statusCode]);
      return void pass('end', [unavailable.body]);
    }
    release();
    if (hasHead) pass('writeHead', [response.statusCode]);
    const last = waiting.map(([verb, values]) => pass(verb, values)).at(-1);
    // A response without a body, as to HEAD, takes everything and says nothing of it.
    if (room <= 0 && last === true) response.emit('drain');
  }

  function stop(error: unknown): void {
    release();
    fail(error);
  }
}
