import { SessionRecord, SessionTimes } from './item';

/** What decides how long a session lives. All in seconds. */
export interface LifetimeOptions {
  readonly timeout: number;
  readonly reissueTime: number;
  readonly absoluteTimeout: number | undefined;
  /** Epoch second: sessions created before it are dead. */
  readonly notBefore: number;
}

/** How many seconds the clock of the function that created a session may be ahead of ours. */
export const CLOCK_SKEW = 300;

/** How long sessions live: an idle and an absolute limit that are independent of each other. */
export class Lifetime {
  readonly #options: LifetimeOptions;

  public constructor(options: LifetimeOptions) {
    this.#options = options;
  }

  /** Dead from `exp` on, whatever TTL has done, and once it is frozen. */
  public isAlive(record: SessionRecord, now: number): boolean {
    const isInTime = now < record.exp && now < this.#deadline(record);
    return (
      record.frz === undefined && isInTime && record.iat <= now + CLOCK_SKEW && record.iat >= this.#options.notBefore
    );
  }

  /** The times of a session that begins. */
  public begin(now: number, idl: number | undefined): SessionTimes {
    const { absoluteTimeout } = this.#options;
    const times = { iat: now, iss: now, abs: absoluteTimeout === undefined ? undefined : now + absoluteTimeout, idl };
    return { ...times, exp: this.extended(times, now, idl) };
  }

  /** The times of a session that gets a new id and keeps its deadline. */
  public continue({ iat, abs }: SessionTimes, at: number, idl: number | undefined): SessionTimes {
    // The clock of the function that created it may be ahead of ours.
    const iss = Math.max(at, iat);
    return { iat, abs, iss, idl, exp: this.extended({ iat, abs }, iss, idl) };
  }

  /** Where the end of a session moves to now. */
  public extended(times: Pick<SessionTimes, 'iat' | 'abs'>, now: number, idl: number | undefined): number {
    return Math.min(now + (idl ?? this.#options.timeout), this.#deadline(times));
  }

  /** Where the end moves to, if that is due now and would be later. */
  public dueExtension(times: SessionTimes, now: number): number | undefined {
    if (now - times.iss <= this.reissueTime(times.idl)) return undefined;
    const exp = this.extended(times, now, times.idl);
    return exp > times.exp ? exp : undefined;
  }

  /** Seconds after which a session is extended, or a tenth of its own idle timeout if that is less. */
  public reissueTime(idl: number | undefined): number {
    const { reissueTime } = this.#options;
    return idl === undefined ? reissueTime : Math.min(reissueTime, Math.floor(idl / 10));
  }

  /**
   * How long the browser keeps the id cookie, in seconds: the session's own idle
   * timeout or `maxAge`, but never past the absolute deadline; nothing if the
   * cookie ends with the browser.
   */
  public cookieAge(times: SessionTimes, now: number, maxAge: number | undefined): number | undefined {
    const age = times.idl ?? maxAge;
    return age === undefined ? undefined : Math.max(1, Math.min(age, this.#deadline(times) - now));
  }

  /** A session from before the option `absoluteTimeout` was set has no stored deadline. */
  #deadline({ abs, iat }: Pick<SessionTimes, 'iat' | 'abs'>): number {
    return abs ?? iat + (this.#options.absoluteTimeout ?? Infinity);
  }
}
