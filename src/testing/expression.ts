import type { AttributeValue, Item } from '../runtime/client/session-client';

/** An error as the AWS SDK throws it: a name that callers branch on, and the response's metadata. */
export function dynamoError(name: string, message: string, more: object = {}): Error {
  const $metadata = { httpStatusCode: 400, attempts: 1, requestId: 'memory-table' };
  return Object.assign(new Error(message), { name, $metadata, ...more });
}

/** DynamoDB's error for an invalid request. */
export function invalid(message: string): Error {
  return dynamoError('ValidationException', message);
}

/** The error for an expression that DynamoDB might accept, but the table in memory does not know. It never guesses. */
export function unknown(what: string): Error {
  return dynamoError('UnknownExpression', `memoryTable does not know ${what}.`);
}

/** Whether an item may be written; a missing one counts as an item without attributes. */
export type Condition = (item: Item) => boolean;
/** One change of an item: where, and to what; nothing removes it. */
export interface Action {
  readonly path: readonly string[];
  readonly value?: Operand;
}
type Operand = (item: Item) => AttributeValue | undefined;

/** The longest expression, in bytes. */
const LONGEST = 4096;
const TOKEN = /\s*([#:]?\w+|<=|>=|[()=<>,.+-])/y;
const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/**
 * Reads the expressions of one call, as far as sessions need them: clauses joined by AND, SET with `+`, `-` and
 * `if_not_exists`, REMOVE, paths below maps, placeholders for names and values.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
 */
export class ExpressionReader {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Item;
  readonly #unused: Set<string>;
  #text = '';
  #tokens: readonly string[] = [];
  #at = 0;

  public constructor(names: Readonly<Record<string, string>> = {}, values: Item = {}) {
    this.#names = names;
    this.#values = values;
    this.#unused = new Set([...Object.keys(names), ...Object.keys(values)]);
  }

  public condition(text: string | undefined): Condition {
    if (text === undefined) return () => true;
    this.#begin(text);
    const clauses = [this.#clause()];
    while (this.#take('AND')) clauses.push(this.#clause());
    if (this.#at < this.#tokens.length) throw this.#unexpected();
    return (item) => clauses.every((clause) => clause(item));
  }

  public update(text: string): readonly Action[] {
    this.#begin(text);
    const actions: Action[] = [];
    while (this.#at < this.#tokens.length) {
      const isSet = this.#take('SET');
      if (!isSet && !this.#take('REMOVE')) throw this.#unexpected();
      do actions.push(isSet ? this.#assignment() : { path: this.#path() }); while (this.#take(','));
    }
    checkOverlap(actions);
    return actions;
  }

  /** Call it after the last expression: DynamoDB refuses unused placeholders. */
  public end(): void {
    const [unused] = this.#unused;
    if (unused !== undefined) throw invalid(`The placeholder ${unused} stands in no expression.`);
  }

  #begin(text: string): void {
    if (Buffer.byteLength(text) > LONGEST) throw invalid(`An expression has more than ${LONGEST} bytes.`);
    const tokens: string[] = [];
    for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.trimEnd().length;) {
      const [, token] = TOKEN.exec(text) ?? [];
      if (token === undefined) throw unknown(`the expression "${text}"`);
      tokens.push(token);
    }
    [this.#text, this.#tokens, this.#at] = [text, tokens, 0];
  }

  #clause(): Condition {
    for (const [name, isThere] of [['attribute_exists', true], ['attribute_not_exists', false]] as const) {
      if (!this.#take(name)) continue;
      const path = this.#inBrackets(() => this.#path());
      return (item) => (valueAt(item, path) !== undefined) === isThere;
    }
    const left = this.#operand();
    const operator = this.#tokens[this.#at++] ?? '';
    const holds = COMPARISONS[operator];
    if (holds === undefined) throw unknown(`the operator "${operator}" of "${this.#text}"`);
    const right = this.#operand();
    return (item) => {
      const order = compare(left(item), right(item));
      return order !== undefined && holds(order);
    };
  }

  #assignment(): Action {
    const path = this.#path();
    this.#expect('=');
    const left = this.#operand();
    const sign = this.#take('+') ? 1 : this.#take('-') ? -1 : 0;
    if (sign === 0) return { path, value: left };
    const right = this.#operand();
    return { path, value: (item) => ({ N: String(numberOf(left(item)) + sign * numberOf(right(item))) }) };
  }

  #operand(): Operand {
    if (this.#take('if_not_exists')) {
      return this.#inBrackets(() => {
        const path = this.#path();
        this.#expect(',');
        const other = this.#operand();
        return (item: Item) => valueAt(item, path) ?? other(item);
      });
    }
    const token = this.#tokens[this.#at] ?? '';
    if (!token.startsWith(':')) {
      const path = this.#path();
      return (item) => valueAt(item, path);
    }
    this.#at++;
    const value = this.#values[token];
    if (value === undefined) throw invalid(`An expression has ${token}, and ExpressionAttributeValues does not.`);
    this.#unused.delete(token);
    return () => value;
  }

  #path(): string[] {
    const path = [this.#name()];
    while (this.#take('.')) path.push(this.#name());
    return path;
  }

  #name(): string {
    const token = this.#tokens[this.#at++] ?? '';
    if (!/^#?\w+$/.test(token)) throw unknown(`the expression "${this.#text}"`);
    if (!token.startsWith('#')) return token;
    const name = this.#names[token];
    if (name === undefined) throw invalid(`An expression has ${token}, and ExpressionAttributeNames does not.`);
    this.#unused.delete(token);
    return name;
  }

  #inBrackets<Result>(read: () => Result): Result {
    this.#expect('(');
    const result = read();
    this.#expect(')');
    return result;
  }

  #take(token: string): boolean {
    const isNext = this.#tokens[this.#at] === token;
    if (isNext) this.#at++;
    return isNext;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw this.#unexpected();
  }

  #unexpected(): Error {
    return unknown(`"${this.#tokens[this.#at] ?? 'the end'}" where it stands in "${this.#text}"`);
  }
}

/** Applies actions to an item, all to what it was before the first. */
export function applied(item: Item, actions: readonly Action[]): Item {
  const values = actions.map(({ value }) => {
    const assigned = value?.(item);
    if (value !== undefined && assigned === undefined) throw absent();
    return assigned;
  });
  const after = copiedItem(item);
  actions.forEach(({ path }, i) => assign(after, path, values[i]));
  return after;
}

function assign(item: Item, path: readonly string[], value: AttributeValue | undefined): void {
  const parent = valueAt(item, path.slice(0, -1)) as { readonly M?: Item } | undefined;
  const last = path.at(-1) as string;
  if (parent?.M === undefined) throw invalid('The document path of an update leads through what is not a map.');
  if (value === undefined) delete parent.M[last];
  // By definition and not by assignment, because a key may be `__proto__`.
  else Object.defineProperty(parent.M, last, { ...PLAIN, value: copied(value) });
}

const PLAIN = { enumerable: true, configurable: true, writable: true };

function valueAt(item: Item, path: readonly string[]): AttributeValue | undefined {
  return path.reduce<AttributeValue | undefined>((value, name) => {
    const map = value !== undefined && 'M' in value ? value.M : {};
    return Object.hasOwn(map, name) ? map[name] : undefined;
  }, { M: item });
}

/** A copy that shares nothing with its original. */
export function copied<Value extends AttributeValue>(value: Value): Value {
  if ('M' in value) return { M: copiedItem(value.M) } as Value;
  if ('L' in value) return { L: value.L.map((element) => copied(element)) } as Value;
  if ('B' in value) return { B: Uint8Array.from(value.B) } as Value;
  return 'S' in value || 'N' in value ? { ...value } : structuredClone(value);
}

/** A copy that shares nothing with its original. */
export function copiedItem(item: Item): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, copied(value)]));
}

/** Less than 0, 0, or more; nothing if their types differ, so that every comparison is false. */
function compare(one: AttributeValue | undefined, other: AttributeValue | undefined): number | undefined {
  if (one === undefined || other === undefined) return undefined;
  if ('N' in one && 'N' in other) return Number(one.N) - Number(other.N);
  if ('S' in one && 'S' in other) return Buffer.compare(Buffer.from(one.S), Buffer.from(other.S));
  if ('B' in one && 'B' in other) return Buffer.compare(one.B, other.B);
  return undefined;
}

function absent(): Error {
  return invalid('An expression reads an attribute that the item does not have.');
}

function numberOf(value: AttributeValue | undefined): number {
  if (value === undefined) throw absent();
  if (!('N' in value)) throw invalid('An operand of + or - is not a number.');
  return Number(value.N);
}

function checkOverlap(actions: readonly Action[]): void {
  const paths = new Set<string>();
  for (const { path } of actions) {
    if (paths.has(JSON.stringify(path))) throw invalid('Two document paths of an update overlap.');
    paths.add(JSON.stringify(path));
  }
  for (const { path } of actions) {
    const isBelow = path.some((_, length) => length > 0 && paths.has(JSON.stringify(path.slice(0, length))));
    if (isBelow) throw invalid('Two document paths of an update overlap.');
  }
}
