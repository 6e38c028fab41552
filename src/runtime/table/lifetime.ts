import { SessionRecord } from './item';

/** The times of a session, in epoch seconds. */
export type SessionTimes = Pick<SessionRecord, 'exp' | 'iat' | 'iss' | 'abs' | 'idl'>;

/** What decides how long a session lives. */
export interface LifetimeOptions {
  readonly timeout: number;
  readonly reissueTime: number;
  readonly absoluteTimeout: number | undefined;
  readonly notBefore: number;
}

/** Seconds that the clock of the function which created a session may be ahead of ours. */
const CLOCK_SKEW = 300;

/** How long sessions live: two limits that do not know of each other, the idle and the absolute one. */
export class Lifetime {
  readonly #options: LifetimeOptions;

  public constructor(options: LifetimeOptions) {
    this.#options = options;
  }

  /** Dead at `exp` and not a second later, whatever TTL has done. */
  public isAlive(times: SessionTimes, now: number): boolean {
    const inTime = now < times.exp && now < this.#deadline(times);
    return inTime && times.iat <= now + CLOCK_SKEW && times.iat >= this.#options.notBefore;
  }

  /** The times of a session that begins. */
  public begin(now: number, idle: number | undefined): SessionTimes {
    const { absoluteTimeout } = this.#options;
    const times = { iat: now, iss: now, abs: absoluteTimeout === undefined ? undefined : now + absoluteTimeout, idl: idle };
    return { ...times, exp: this.extended(times, now, idle) };
  }

  /** Where the end of a session moves to now. */
  public extended(times: Omit<SessionTimes, 'exp'>, now: number, idle: number | undefined): number {
    return Math.min(now + (idle ?? this.#options.timeout), this.#deadline(times));
  }

  /** Where the end moves to, if it is due that it does and it would be later. */
  public dueExtension(times: SessionTimes, now: number): number | undefined {
    if (now - times.iss <= this.#options.reissueTime) return undefined;
    const exp = this.extended(times, now, times.idl);
    return exp > times.exp ? exp : undefined;
  }

  /** A session that is older than the option `absoluteTimeout` has no deadline of its own yet. */
  #deadline({ abs, iat }: Omit<SessionTimes, 'exp'>): number {
    return abs ?? iat + (this.#options.absoluteTimeout ?? Infinity);
  }
}
