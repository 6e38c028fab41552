import { setTimeout as wait } from 'node:timers/promises';
import type { RequestRecord } from './browser';
import type { LabClock } from './clock';
import type { Requests } from './requests';
import { PlayedBrowser } from './visitor';

/** One request of a race, with its place on the line. */
export interface Bar {
  readonly label: string;
  /** Milliseconds since the race began. */
  readonly startedAt: number;
  readonly record: RequestRecord;
}

/** One run of a race: on this library, or on the plain store. */
export interface Run {
  readonly title: string;
  readonly bars: readonly Bar[];
  /** What the table holds at the end, in one sentence. */
  readonly outcome: string;
  /** Whether nothing was lost and nothing came back. */
  readonly isGood: boolean;
}

/** All runs of a race. */
export interface RaceResult {
  readonly runs: readonly Run[];
}

/** What a contestant's session holds. */
interface Look {
  readonly isNew: boolean;
  readonly data: { readonly count?: number; readonly cart?: readonly string[]; readonly name?: string; readonly [key: string]: unknown };
}

/** How a request of a race is sent. */
interface SendOptions {
  /** Milliseconds to wait first. */
  readonly at?: number;
  /** @default - a tab with the cookies from the start */
  readonly tab?: PlayedBrowser;
}

/** One contestant: its store, and the results of its requests. */
export class Contest {
  /** Begins with a session that holds a cart with tea. */
  public static async begin(requests: Requests, clock: LabClock, store: 'ours' | 'plain'): Promise<Contest> {
    const path = `/race/${store}`;
    const browser = new PlayedBrowser(requests, clock);
    await browser.post(`${path}/begin`);
    return new Contest(path, browser, clock);
  }

  public readonly bars: Bar[] = [];
  private readonly began = performance.now();

  private constructor(private readonly path: string, public readonly browser: PlayedBrowser, private readonly clock: LabClock) {}

  /** Another tab with the current cookies. */
  public tab(): PlayedBrowser {
    return this.browser.copy(this.clock);
  }

  /** Sends a request after some milliseconds; resolves to its status. */
  public async send(label: string, step: string, { at = 0, tab = this.tab() }: SendOptions = {}): Promise<number> {
    if (at > 0) await wait(at);
    const startedAt = performance.now() - this.began;
    const { record } = await tab.post(`${this.path}/${step}`);
    this.bars.push({ label, startedAt, record });
    return record.status;
  }

  /** What the session of a tab holds now. */
  public async look(tab: PlayedBrowser): Promise<Look> {
    return JSON.parse((await tab.get(`${this.path}/look`)).body) as Look;
  }

  public run(title: string, isGood: boolean, outcome: string): Run {
    const bars = [...this.bars].sort((one, other) => one.startedAt - other.startedAt);
    return { title, bars, outcome, isGood };
  }
}

/** A race: what is sent at once, and what is checked at the end. */
export interface Race {
  readonly name: string;
  readonly title: string;
  readonly what: string;
  readonly runs: readonly Contestant[];
}

/** A contestant of a race: its `go` resolves to whether nothing was lost, and what the table holds at the end. */
export interface Contestant {
  readonly title: string;
  readonly store: 'ours' | 'plain';
  readonly go: (contest: Contest) => Promise<readonly [isGood: boolean, outcome: string]>;
}

/** Runs races, one after another: they would slow each other down. */
export class RaceTrack {
  private last: Promise<unknown> = Promise.resolve();

  public constructor(private readonly requests: Requests, private readonly clock: LabClock, private readonly prepare: () => void) {}

  public async run(race: Race): Promise<RaceResult> {
    const turn = this.last.then(async () => this.runs(race));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async runs(race: Race): Promise<RaceResult> {
    const runs: Run[] = [];
    await this.warmUp();
    for (const { title, store, go } of race.runs) {
      const contest = await Contest.begin(this.requests, this.clock, store);
      const [isGood, outcome] = await go(contest);
      runs.push(contest.run(title, isGood, outcome));
    }
    return { runs };
  }

  /** Cold starts are not what the race is about. */
  private async warmUp(): Promise<void> {
    this.prepare();
    await Promise.all(Array.from({ length: 6 }, async () => new PlayedBrowser(this.requests, this.clock).get('/race/ours/look')));
  }
}
