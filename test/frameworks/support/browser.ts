import type { Answer, Served } from './subject';
import type { Table } from './table';
import { CookieJar } from '../../../src/testing';

/** A browser with its cookies. */
export class Browser {
  readonly #served: Served;
  readonly #jar: CookieJar;

  public constructor(served: Served, table: Table) {
    this.#served = served;
    this.#jar = new CookieJar(() => table.clock.now());
  }

  public async get(path: string, method = 'GET'): Promise<Answer> {
    const answer = await this.#served.ask({ path, method, cookies: this.#jar.cookies() });
    this.#jar.store(answer.setCookie);
    return answer;
  }

  public get cookies(): readonly string[] {
    return this.#jar.cookies();
  }

  /** Another window of it, with the cookies as they are now. */
  public copy(table: Table): Browser {
    const copy = new Browser(this.#served, table);
    for (const cookie of this.#jar.cookies()) copy.#jar.set(cookie.slice(0, cookie.indexOf('=')), cookie.slice(cookie.indexOf('=') + 1));
    return copy;
  }
}
