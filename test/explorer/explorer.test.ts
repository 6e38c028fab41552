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

interface Spoilt {
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeValues?: object;
  readonly TransactItems?: readonly Readonly<Record<string, Spoilt>>[];
}

/** A call, or each write of its transaction, without a clause of its condition. */
function without(clause: RegExp, input: Spoilt): Spoilt {
  const { TransactItems: members } = input;
  const ofMember = (member: object) => Object.fromEntries(Object.entries(member).map(([verb, write]) => [verb, without(clause, write as Spoilt)]));
  if (members !== undefined) return { ...input, TransactItems: members.map(ofMember) };
  const { ConditionExpression: whole, ExpressionAttributeValues: values, ...rest } = input;
  const condition = whole?.replace(clause, '');
  // DynamoDB refuses a value that no expression names.
  const named = Object.entries(values ?? {}).filter(([name]) => new RegExp(`${name}\\b`).test(`${rest.UpdateExpression} ${condition}`));
  return {
    ...rest,
    ...(condition && { ConditionExpression: condition }),
    ...(named.length > 0 && { ExpressionAttributeValues: Object.fromEntries(named) }),
  };
}

describe('the explorer notices', () => {
  const scenario = (title: string): Scenario => SCENARIOS.find((each) => each.title === title) as Scenario;

  test.each<[string, string, RegExp, RegExp]>([
    ['that a write may change what is frozen', 'a sign-in beside a writer', / AND attribute_not_exists\(frz\)/, /acknowledged/],
    ['that an exact update does not hold the version', 'two exact updates', / AND ver = :ver/, /acknowledged/],
    ['that a user\'s list does not hold its version', 'a new id of a session of a user beside endAll', /^ver = :ver$/, /of the user/],
    ['that a user\'s first list may replace another', 'three sign-ins of a user with two sessions', /^attribute_not_exists\(ver\)$/, /of the user/],
  ])('%s', async (_, title, clause, problem) => {
    const spoil = ((input: Spoilt) => without(clause, input)) as unknown as NonNullable<Scenario['spoil']>;
    const { failure } = await explore({ ...scenario(title), spoil }, 2);
    expect(failure?.problems.join()).toMatch(problem);
    // What it says is a schedule that anybody can run again.
    expect(await replay({ ...scenario(title), spoil }, failure?.schedule ?? [])).toEqual(failure);
  });
});
