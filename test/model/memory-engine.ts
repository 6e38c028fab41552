import { AttributeValue, Item, SessionClient, UpdateItemInput } from '../../src/runtime';
import { awsError } from '../support/scripted-client';

type Values = Readonly<Record<string, AttributeValue>>;

/**
 * A table in memory that understands just the expressions that the store
 * writes, and throws at any other. An update creates what is not there, as
 * DynamoDB does. It is held against a real engine by a test of its own.
 */
export class MemoryEngine implements SessionClient {
  public readonly items = new Map<string, Item>();
  /** Writes that came without a condition, deletions apart. */
  public unconditional = 0;

  public readonly getItem: SessionClient['getItem'] = async ({ Key }) => {
    const item = this.items.get(nameOf(Key));
    return item === undefined ? {} : { Item: structuredClone(item) };
  };

  public readonly putItem: SessionClient['putItem'] = async (input) => {
    this.#check(this.items.get(nameOf(input.Item)), input.ConditionExpression, input.ExpressionAttributeValues ?? {});
    this.items.set(nameOf(input.Item), structuredClone(input.Item));
    return {};
  };

  public readonly updateItem: SessionClient['updateItem'] = async (input) => {
    const current = this.items.get(nameOf(input.Key));
    this.#check(current, input.ConditionExpression, input.ExpressionAttributeValues ?? {});
    this.items.set(nameOf(input.Key), updated(current ?? { sid: keyOf(input.Key) }, input));
    return {};
  };

  public readonly deleteItem: SessionClient['deleteItem'] = async ({ Key }) => {
    this.items.delete(nameOf(Key));
    return {};
  };

  /** Deletes what is past its time, as TTL does some day. */
  public sweep(now: number): void {
    for (const [name, item] of this.items) if (numberOf(item.exp) <= now) this.items.delete(name);
  }

  #check(item: Item | undefined, condition: string | undefined, values: Values): void {
    if (condition === undefined) {this.unconditional++;} else if (!condition.split(' AND ').every((clause) => holds(item, clause, values))) {
      throw awsError('ConditionalCheckFailedException', { Item: item && structuredClone(item) });
    }
  }
}

export function numberOf(value: AttributeValue | undefined): number {
  return value !== undefined && 'N' in value ? Number(value.N) : NaN;
}

function keyOf(key: Item): AttributeValue {
  return key.sid as AttributeValue;
}

function nameOf(key: Item): string {
  return Buffer.from((keyOf(key) as { B: Uint8Array }).B).toString('hex');
}

function holds(item: Item | undefined, clause: string, values: Values): boolean {
  const exists = /^attribute_(not_)?exists\((\w+)\)$/.exec(clause);
  if (exists !== null) return (item?.[exists[2] ?? ''] === undefined) === (exists[1] !== undefined);
  const [, name = '', operator, placeholder = ''] = /^(\w+) ([<>=]) (:\w+)$/.exec(clause) ?? unknown(clause);
  const [one, other] = [numberOf(item?.[name]), numberOf(values[placeholder])];
  return operator === '<' ? one < other : operator === '>' ? one > other : one === other;
}

function updated(current: Item, { UpdateExpression, ExpressionAttributeNames = {}, ExpressionAttributeValues = {} }: UpdateItemInput): Item {
  const item = structuredClone(current);
  const [, sets = '', removes] = /^SET (.*?)(?: REMOVE (.*))?$/.exec(UpdateExpression) ?? unknown(UpdateExpression);
  for (const assignment of sets.split(', ')) {
    const [, path = '', plus, placeholder = ''] = /^(\S+) = (?:(\w+) \+ )?(:\w+)$/.exec(assignment) ?? unknown(assignment);
    const value = ExpressionAttributeValues[placeholder] ?? unknown(placeholder);
    const sum = plus === undefined ? value : { N: String(numberOf(current[plus]) + numberOf(value)) };
    assign(item, path, ExpressionAttributeNames, sum);
  }
  for (const path of removes?.split(', ') ?? []) assign(item, path, ExpressionAttributeNames, undefined);
  return item;
}

function assign(item: Item, path: string, names: Readonly<Record<string, string>>, value: AttributeValue | undefined): void {
  const [first = '', second] = path.split('.').map((part) => names[part] ?? part);
  const map = second === undefined ? item : (item[first] as { M: Item }).M;
  if (value === undefined) delete map[second ?? first];
  else map[second ?? first] = structuredClone(value);
}

function unknown(expression: string): never {
  throw new Error(`the engine of the tests does not know ${expression}`);
}
