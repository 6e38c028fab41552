import { Failure, explore, replay } from './explore';
import { Scenario } from './scenario';
import { SCENARIOS } from './scenarios';

const isDeep = process.env.DEEP === '1';
const explored = SCENARIOS.filter(({ isLong }) => isDeep || isLong !== true);

/** What is wrong and how it comes to that, a line each. */
function told({ problems, schedule }: Failure): string {
  return ['', ...problems.map((problem) => `WRONG: ${problem}`), ...schedule.map((choice, i) => `${i + 1}. ${choice}`)].join('\n');
}

describe('in every order, with answers that are lost, calls that come late and requests that are given up anywhere,', () => {
  const counts: string[] = [];
  afterAll(() => console.info(`explored, with at most so many calls that go wrong:\n${counts.join('\n')}`));

  test.each(explored)('$title keeps every promise', async (scenario) => {
    // One is enough to notice a change of the code; each more costs ten times as much.
    const faults = process.env.MUTATION === '1' ? 1 : scenario.faults[isDeep ? 1 : 0];
    const { schedules, states, longest, failure } = await explore(scenario, faults);
    counts.push(`${scenario.title}: ${faults} faults, ${schedules} schedules, ${states} states, at most ${longest} choices`);
    expect(failure && told(failure)).toBeUndefined();
  }, 3_600_000);
});

describe('the explorer notices', () => {
  const without = (clause: RegExp): Scenario['spoil'] => (input) =>
    ({ ...input, ...(input.ConditionExpression !== undefined && { ConditionExpression: input.ConditionExpression.replace(clause, '') }) });
  const scenario = (title: string): Scenario => SCENARIOS.find((each) => each.title === title) as Scenario;

  test.each<[string, string, RegExp, RegExp]>([
    ['that a write may create what is not there', 'an exact update beside a sign-out', /attribute_exists\(sid\) AND exp > :now AND /, /ended|deleted/],
    ['that a write may change what is frozen', 'a sign-in beside a writer', / AND attribute_not_exists\(frz\)/, /acknowledged/],
    ['that an exact update does not hold the version', 'two exact updates', / AND ver = :ver/, /acknowledged/],
  ])('%s', async (_, title, clause, problem) => {
    const { failure } = await explore({ ...scenario(title), spoil: without(clause) }, 2);
    expect(failure?.problems.join()).toMatch(problem);
    // What it says is a schedule that anybody can run again.
    expect(await replay({ ...scenario(title), spoil: without(clause) }, failure?.schedule ?? [])).toEqual(failure);
  });
});
