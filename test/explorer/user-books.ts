import { keyOf } from './stored-state';
import type { Visit } from './visit';
import { keyOfId } from './world';
import type { AttributeValue, Item } from '../../src/runtime';
import { refOf } from '../../src/runtime/table/key';

type Entries = Readonly<Record<string, AttributeValue>>;

/** What must hold of a user's sessions, whatever comes in which order. */
export class UserBooks {
  readonly #visits: readonly Visit[];
  /** How many sessions the sign-ins of the scenario let live. */
  readonly #most: number;
  /** The sessions that lived when a visit began to end them. */
  readonly #meant = new Map<Visit, readonly string[]>();
  /** The sessions that were ended, as somebody was told. */
  readonly #ended = new Set<string>();
  #given: string | undefined;

  public constructor(visits: readonly Visit[], most: number) {
    this.#visits = visits;
    this.#most = most;
  }

  /** The key of the session that is given. */
  public know(key: string): void {
    this.#given = key;
  }

  /** Notes what an `endAll` or `end` that begins now is to end. */
  public begin(visit: Visit, items: readonly Item[], now: number): void {
    this.#meant.set(visit, livingIn(items, now));
  }

  /** Notes that it was told to be done. */
  public done(visit: Visit): void {
    for (const key of this.#meant.get(visit) ?? []) this.#ended.add(key);
  }

  public fingerprint(): string {
    const meant = [...this.#meant].map(([{ name }, keys]) => `${name}:${keys.map((key) => key.slice(0, 6)).join()}`);
    return [meant, [...this.#ended].sort()].join('/');
  }

  /** What is wrong now, in words. */
  public problems(items: readonly Item[], now: number): string[] {
    const living = livingIn(items, now);
    const listed = new Set(items.flatMap(({ ses }) => Object.keys((ses as { readonly M?: Entries } | undefined)?.M ?? {})));
    const kept = this.#visits.filter(({ isKeepingUser }) => isKeepingUser && this.#given !== undefined && this.#ended.has(this.#given));
    const heirs = new Set(kept.flatMap(({ made }) => made.map(keyOfId)));
    return [
      ...living.filter((key) => !listed.has(refOf(Buffer.from(key, 'hex')))).map(() => 'a session of the user lives and is not in the list'),
      ...living.filter((key) => this.#ended.has(key)).map(() => 'a session of the user lives though it was ended'),
      ...living.filter((key) => heirs.has(key)).map(() => 'a session of the user that was ended lives on under a new id'),
      ...(living.length > this.#most ? [`${living.length} sessions of the user live, and at most ${this.#most} may`] : []),
    ];
  }
}

/** The keys of sessions of a user that live. */
function livingIn(items: readonly Item[], now: number): string[] {
  return items.filter(({ usr, frz, exp }) => usr !== undefined && frz === undefined && Number((exp as { N: string }).N) > now).map(keyOf);
}

