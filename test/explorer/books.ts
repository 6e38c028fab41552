import type { ParkedCall } from './parked-call';
import { StoredState, countOf } from './stored-state';
import type { Visit } from './visit';
import { keyOf as keyOfSession } from '../../src/runtime/table/key';

/** Something that was acknowledged, and the items that it stood in then. */
interface Acknowledged {
  readonly tag: string;
  readonly homes: readonly string[];
}

type States = ReadonlyMap<string, StoredState>;

/** What every request was told, held against what the table has. */
export class Books {
  readonly #visits: readonly Visit[];
  readonly #acknowledged: Acknowledged[] = [];
  /** The keys whose ids somebody has: that of the session that was given, and those of cookies. */
  readonly #known = new Set<string>();
  /** The keys of sessions that were signed out, or whose visitor has got a new id. */
  readonly #ended = new Set<string>();
  /** What was there and is not, and what was frozen: it must never be alive again. */
  readonly #gone = new Set<string>();
  readonly #frozen = new Set<string>();
  readonly #seen = new Set<string>();
  /** Whose copies are whose: the old key, the new key. */
  readonly #copies: { readonly old: string; readonly copy: string }[] = [];
  readonly #noted = new Set<Visit>();
  readonly #answered = new Set<Visit>();
  readonly #problems: string[] = [];
  #given: string | undefined;

  public constructor(visits: readonly Visit[]) {
    this.#visits = visits;
  }

  /** The key of the session that is given. */
  public know(key: string): void {
    this.#given = key;
    this.#known.add(key);
  }

  public checkCall(call: ParkedCall): void {
    for (const verb of call.unconditional()) this.#problems.push(`${call.visit} writes without a condition: ${verb}`);
  }

  public acknowledge({ name, isOfUser }: Visit, tags: readonly string[], states: States): void {
    for (const tag of tags) {
      const homes = [...states.values()].filter(({ text }) => text.includes(tag)).map(({ key }) => key);
      if (homes.length === 0 && !isOfUser) this.#problems.push(`${name} was told that ${tag} is stored, and it is nowhere`);
      this.#acknowledged.push({ tag, homes });
    }
  }

  /** Takes in where the requests are, and what has become of the items. */
  public note(states: States): void {
    for (const key of this.#seen) if (!states.has(key)) this.#gone.add(key);
    for (const { key, life } of states.values()) {
      this.#seen.add(key);
      if (life === 'frozen') this.#frozen.add(key).add(key);
    }
    for (const visit of this.#visits) {
      if (visit.hasSignedOut && !this.#noted.has(visit)) this.#signedOut(visit);
      if (visit.isDone && !this.#answered.has(visit)) this.#responded(visit, states);
      if (visit.problem !== undefined) this.#problems.push(`${visit.name}: ${visit.problem}`);
    }
  }

  /** What is wrong now, in words. */
  public problems(states: States): string[] {
    return [
      ...this.#problems,
      ...[...states.values()].flatMap((state) => [...this.#ofItem(state)]),
      ...this.#acknowledged.flatMap(({ tag, homes }) => homes.flatMap((home) => this.#missing(tag, home, states))),
    ];
  }

  public fingerprint(): string {
    const acknowledged = this.#acknowledged.map(({ tag, homes }) => `${tag}${homes.map((home) => home.slice(0, 4)).join()}`).sort();
    return [acknowledged, [...this.#ended].sort(), [...this.#gone].sort(), [...this.#frozen].sort()].join('/');
  }

  #signedOut(visit: Visit): void {
    this.#noted.add(visit);
    const { cookies = 'given' } = visit.plan;
    if (cookies === 'given' && this.#given !== undefined) this.#ended.add(this.#given);
    if (typeof cookies === 'object') {
      const id = this.#visits.find(({ name }) => name === cookies.of)?.newId;
      if (id !== undefined) this.#ended.add(keyOfId(id));
    }
  }

  #responded(visit: Visit, states: States): void {
    this.#answered.add(visit);
    const id = visit.newId;
    if (id === undefined) return;
    const key = keyOfId(id);
    const mayHaveEnded = visit.hasTriedToLeave || visit.isOfUser;
    if (states.get(key)?.life !== 'alive' && !mayHaveEnded) {
      this.#problems.push(`${visit.name} answers with the cookie of a session that is not alive`);
    }
    const old = this.#given;
    if (visit.left.includes(id)) this.#problems.push(`${visit.name} answers with the cookie of a session that it left`);
    // A cookie that lasts is sent again for the session that the request came with.
    if (this.#known.has(key)) return;
    this.#known.add(key);
    if (!visit.made.includes(id)) this.#problems.push(`${visit.name} answers with an id that it did not make`);
    if (visit.plan.cookies !== undefined && visit.plan.cookies !== 'given') return;
    if (old === undefined || !visit.events.includes('regenerated')) return;
    this.#copies.push({ old, copy: key });
    // One that ran out has ended by itself, and a write from before may still extend it.
    if (this.#frozen.has(old) || states.get(old) === undefined) this.#ended.add(old);
  }

  *#ofItem({ key, life, text }: StoredState): Generator<string> {
    if (life === 'alive' && this.#ended.has(key)) yield 'a session that was ended is alive';
    if (life === 'alive' && this.#gone.has(key)) yield 'a session that was deleted is back';
    if (life === 'alive' && this.#frozen.has(key)) yield 'a session that was frozen is alive again';
    for (const visit of this.#visits) {
      for (const tag of visit.secrets) {
        if (text.includes(tag) && !this.#mayKnow(visit, key)) yield `${tag}, which a sign-in wrote, stands under an id that others knew`;
      }
      for (const tag of visit.refused) if (this.#known.has(key) && text.includes(tag)) yield `${tag} was refused and is there`;
    }
    for (const [, tag] of text.matchAll(/(<\w+\.log\d+>)/g)) if (countOf(text, tag ?? '') > 1) yield `${tag} was applied twice`;
  }

  /** Whether what a visit wrote may stand under a key: one of an id that it made, or that was made by who came with its cookie. */
  #mayKnow(visit: Visit, key: string): boolean {
    const heirs = this.#visits.filter(({ plan: { cookies } }) => typeof cookies === 'object' && cookies.of === visit.name);
    return visit.made.some((id) => keyOfId(id) === key) || heirs.some((heir) => this.#mayKnow(heir, key));
  }

  /** Where something that was acknowledged is missing: in the session that it was written to, or in what took its place. */
  #missing(tag: string, home: string, states: States): string[] {
    const state = states.get(home);
    if (state?.life === 'alive' && !state.text.includes(tag)) return [`${tag} was acknowledged and is not there`];
    if (!this.#frozen.has(home)) return [];
    return this.#copies.filter(({ old }) => old === home).flatMap(({ copy }) => {
      const missing = this.#missing(tag, copy, states);
      return missing.length > 0 ? [`${tag} was acknowledged and is missing in the session that took its place`] : [];
    });
  }
}

function keyOfId(id: string): string {
  return Buffer.from(keyOfSession(id)).toString('hex');
}
