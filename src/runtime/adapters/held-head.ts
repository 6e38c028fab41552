import { NodeResponse, replaceHead, takeHead } from './node-response';
import type { FinishedRequest } from '../request/session-request';

type Verb = 'writeHead' | 'write' | 'end' | 'flushHeaders';
type Methods = Record<Verb, (this: unknown, ...values: unknown[]) => unknown>;

const VERBS: readonly Verb[] = ['writeHead', 'write', 'end', 'flushHeaders'];
/**
 * Holds the head of a response until the session is stored: what is written
 * before then waits, and is written after it in the same order.
 *
 * | until then | `write` gives false, and `drain` follows; `headersSent` is false |
 * | stored | the former methods are back, and what waits is written |
 * | store out of reach | what waits is dropped, and so is all that follows; this response goes out in its place |
 * | another error | what waits is dropped; the error handler writes the response |
 *
 * @param store - called once, when the head would be sent
 */
export function holdHead(response: NodeResponse, store: () => Promise<FinishedRequest['unavailable']>, fail: (error: unknown) => void): void {
  const methods = response as unknown as Methods;
  const former = Object.fromEntries(VERBS.map((verb) => [verb, methods[verb]])) as Methods;
  const own = new Set(VERBS.filter((verb) => Object.hasOwn(methods, verb)));
  const held = {} as Methods;
  let state: 'untouched' | 'storing' | 'passing' | 'dropping' = 'untouched';
  let hasHead = false;
  let waiting: [Verb, unknown[]][] = [];

  for (const verb of VERBS) {
    held[verb] = function hold(this: unknown, ...values: unknown[]): unknown {
      if (state === 'passing') return former[verb].apply(response, values);
      if (state === 'dropping') return verb === 'write' ? true : response;
      if (verb === 'writeHead') takeHead(response, values);
      else waiting.push([verb, values]);
      hasHead ||= verb === 'writeHead';
      if (state === 'untouched') {
        state = 'storing';
        void store().then(go, stop);
      }
      return verb === 'write' ? false : response;
    };
    methods[verb] = held[verb];
  }

  /** Puts back what was there, as an own property where it was one; what was put over ours since stays and passes through. */
  function release(): void {
    state = 'passing';
    for (const verb of VERBS) {
      if (methods[verb] !== held[verb]) continue;
      if (own.has(verb)) methods[verb] = former[verb];
      else delete (methods as Partial<Methods>)[verb];
    }
  }

  function go(unavailable: FinishedRequest['unavailable']): void {
    const calls = waiting;
    waiting = [];
    if (unavailable) {
      state = 'dropping';
      replaceHead(response, unavailable);
      // By itself, `end` would call the held one.
      former.writeHead.call(response, response.statusCode);
      former.end.call(response, unavailable.body);
      return;
    }
    release();
    if (hasHead) former.writeHead.call(response, response.statusCode);
    let isFull = false;
    for (const [verb, values] of calls) isFull = former[verb].apply(response, values) === false && verb === 'write';
    if (!isFull && calls.some(([verb]) => verb === 'write')) response.emit('drain');
  }

  function stop(error: unknown): void {
    waiting = [];
    release();
    fail(error);
  }
}
