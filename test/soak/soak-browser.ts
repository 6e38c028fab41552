import { LambdaHttpResponse } from '../../src/runtime';
import { CookieJar } from '../../src/testing';

/** What one request does. */
export type Action = 'idle' | 'read' | 'set' | 'update' | 'flash' | 'sign in' | 'sign out' | 'former id';

/** What a handler tells of the session that it found. */
export interface Found {
  readonly note: number | undefined;
  readonly count: number;
}

/** A browser, and what it was told: what may be stored for it, and which ids must open nothing any more. */
export class SoakBrowser {
  public readonly jar = new CookieJar();
  /** The values that may be stored; more than one where an answer was lost. */
  #notes = new Set<number | undefined>([undefined]);
  #counts = new Set<number>([0]);
  /** Whether a request failed that may have ended the session. */
  #mayHaveEnded = false;

  public get id(): string | undefined {
    return this.jar.get('session_id');
  }

  /** What is wrong with what a handler found, if anything; from then on that is what is stored. */
  public judge(found: Found): 'lost' | 'wrong' | undefined {
    const isEmpty = found.note === undefined && found.count === 0;
    const isKnown = this.#notes.has(found.note) && this.#counts.has(found.count);
    const verdict = isKnown || (isEmpty && this.#mayHaveEnded) ? undefined : isEmpty ? 'lost' : 'wrong';
    this.#notes = new Set([found.note]);
    this.#counts = new Set([found.count]);
    if (isEmpty) this.#mayHaveEnded = false;
    return verdict;
  }

  /** Takes an answer in: its cookies, and what it says of the change that was asked for. */
  public take(action: Action, note: number, { statusCode, cookies = [] }: LambdaHttpResponse): void {
    this.jar.store(cookies);
    const isDone = statusCode === 200;
    if (action === 'set' || action === 'sign in') this.#notes = isDone ? new Set([note]) : this.#notes.add(note);
    if (action === 'update') {
      const next = [...this.#counts].map((count) => count + 1);
      // 503 says that it was not applied, 500 that nobody can tell.
      if (isDone) this.#counts = new Set(next);
      else if (statusCode === 500) for (const count of next) this.#counts.add(count);
    }
    if (action === 'sign out' && isDone) {
      this.#notes = new Set([undefined]);
      this.#counts = new Set([0]);
    } else if ((action === 'sign out' || action === 'sign in') && !isDone) {
      this.#mayHaveEnded = true;
    }
  }
}
