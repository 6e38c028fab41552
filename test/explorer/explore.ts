import { Scenario } from './scenario';
import { Stories } from './stories';
import { Choice, World } from './world';

/** What came of a scenario. */
export interface Exploration {
  /** Schedules that were run, from the beginning to the end or to a state that was known. */
  readonly schedules: number;
  readonly states: number;
  /** The choices of the longest schedule. */
  readonly longest: number;
  readonly failure?: Failure;
}

/** A schedule in which something is wrong. */
export interface Failure {
  readonly problems: readonly string[];
  readonly schedule: readonly string[];
}

/** Runs every schedule of a scenario with at most so many calls that go wrong: first those with none, then with one, and so on. */
export async function explore(scenario: Scenario, faults: number): Promise<Exploration> {
  // Errors are part of every schedule, and their stacks would be half of the work.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await deepen(scenario, faults);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function deepen(scenario: Scenario, faults: number): Promise<Exploration> {
  let total: Exploration = { schedules: 0, states: 0, longest: 0 };
  for (let most = 0; most <= faults; most++) {
    const { schedules, ...found } = await new Search(scenario, most).run();
    total = { ...found, schedules: total.schedules + schedules };
    if (total.failure !== undefined) return { ...total, failure: await shortened(scenario, total.failure) };
  }
  return total;
}

/** A search in depth. A request cannot be set back, so each schedule is run from the beginning; states that are known end it. */
class Search {
  readonly #scenario: Scenario;
  readonly #faults: number;
  readonly #stories = new Stories();
  /** The faults that were left when a state was last met. */
  readonly #known = new Map<string, number>();
  /** Schedules whose last choice was not tried yet. */
  readonly #open: (readonly string[])[] = [[]];
  #schedules = 0;
  #longest = 0;

  public constructor(scenario: Scenario, faults: number) {
    this.#scenario = scenario;
    this.#faults = faults;
  }

  public async run(): Promise<Exploration> {
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) {
      const world = await World.begin(this.#scenario, this.#stories);
      for (const name of next) await world.take(named(world, name, true));
      const problems = await this.#runOn(world);
      this.#schedules++;
      this.#longest = Math.max(this.#longest, world.schedule.length);
      if (problems.length > 0) return { ...this.#sum(), failure: { problems: [...new Set(problems)], schedule: world.schedule } };
    }
    return this.#sum();
  }

  #sum(): Exploration {
    return { schedules: this.#schedules, states: this.#known.size, longest: this.#longest };
  }

  /** Goes on with the first choice each time, and leaves the others for later. */
  async #runOn(world: World): Promise<readonly string[]> {
    for (;;) {
      const problems = world.problems();
      if (problems.length > 0) return problems;
      const left = this.#faults - world.faults;
      const state = world.fingerprint();
      if ((this.#known.get(state) ?? -1) >= left) return [];
      this.#known.set(state, left);
      const [first, ...others] = world.choices(left > 0);
      if (first === undefined) return world.finalProblems();
      for (const { name } of others) this.#open.push([...world.schedule, name]);
      await world.take(first);
    }
  }
}

/** Leaves out of a schedule what its problem does not need. */
async function shortened(scenario: Scenario, failure: Failure): Promise<Failure> {
  let best = failure;
  for (let i = best.schedule.length - 1; i >= 0; i--) {
    const shorter = await replay(scenario, best.schedule.filter((_, at) => at !== i));
    if (shorter !== undefined) best = shorter;
  }
  return best;
}

/** Runs one schedule; nothing where it cannot be run or nothing is wrong. */
export async function replay(scenario: Scenario, schedule: readonly string[]): Promise<Failure | undefined> {
  const world = await World.begin(scenario, new Stories());
  for (const name of schedule) {
    const choice = world.choices(true).find((each) => each.name === name);
    if (choice === undefined) return undefined;
    await world.take(choice);
    const problems = world.problems();
    if (problems.length > 0) return { problems, schedule: [...world.schedule] };
  }
  const problems = world.choices(false).length === 0 ? world.finalProblems() : [];
  return problems.length === 0 ? undefined : { problems, schedule: [...world.schedule] };
}

function named(world: World, name: string, mayFail: boolean): Choice {
  const choice = world.choices(mayFail).find((each) => each.name === name);
  if (choice === undefined) throw new Error(`a schedule did not run the same way twice: ${[...world.schedule, name].join('; ')}`);
  return choice;
}
