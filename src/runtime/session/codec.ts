/** Turns a value into text and back. `devalue` and `superjson` fit as they are. */
export interface Codec {
  /** @throws TypeError for a value that the text would not preserve */
  stringify(value: unknown): string;
  /** @throws any error for a text that `stringify` did not make */
  parse(text: string): unknown;
}

/**
 * The type itself, or `never` if JSON would change its values: a `Date`, a `Map` or another class with methods, a
 * function, a `bigint` or a symbol.
 */
export type JsonValue<Value> = unknown extends Value
  ? Value
  : Value extends string | number | boolean | null | undefined
    ? Value
    : Value extends (...args: never) => unknown
      ? never
      : Value extends object
        ? { [Key in keyof Value]: JsonValue<Value[Key]> }
        : never;

/** Holds for a data interface whose values JSON keeps. */
export type JsonData<Data> = { [Key in keyof Data]: JsonValue<Data[Key]> };

/** Walking deeper values would overflow the stack. */
const DEEPEST = 64;

/**
 * Strict JSON: refuses values that JSON would silently change, and names their path.
 *
 * Two changes pass because programs rely on them: an `undefined` property is left out, and `-0` becomes `0`.
 */
export const jsonCodec: Codec = {
  stringify: (value) => {
    const culprit = findUnfaithful(value, []);
    if (culprit !== undefined) {
      throw new TypeError(`${culprit.path || 'the value'} is ${culprit.what}, which JSON does not keep`);
    }
    return JSON.stringify(value);
  },
  parse: (text) => {
    const value: unknown = JSON.parse(text);
    // The table may hold values that this library did not write.
    if (findUnfaithful(value, []) !== undefined) throw new TypeError('the text holds what this codec does not write');
    return value;
  },
};

/** What JSON does not keep, and where in the value it is: `.cart[2].price`, or nothing for the value itself. */
interface Culprit {
  readonly path: string;
  readonly what: string;
}

/**
 * Walks a value; `ancestors` is the way down to it. The path is made on the way back, since most values have no
 * culprit.
 */
function findUnfaithful(value: unknown, ancestors: object[]): Culprit | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : { path: '', what: String(value) };
    case 'object':
      return value === null ? undefined : findInObject(value, ancestors);
    default:
      return { path: '', what: value === undefined ? 'undefined' : `a ${typeof value}` };
  }
}

function findInObject(value: object, ancestors: object[]): Culprit | undefined {
  const what = strangeObject(value, ancestors);
  if (what !== undefined) return { path: '', what };
  ancestors.push(value);
  const culprit = Array.isArray(value) ? findInArray(value, ancestors) : findInMembers(value, ancestors);
  ancestors.pop();
  return culprit;
}

function strangeObject(value: object, ancestors: readonly object[]): string | undefined {
  if (ancestors.includes(value)) return 'a cycle';
  if (ancestors.length >= DEEPEST) return `nested deeper than ${DEEPEST}`;
  const isArray = Array.isArray(value);
  if (isArray && Object.keys(value).length > value.length) return 'an array with named properties';
  // A plain object is one below the root prototype, an array two. The root of another realm counts too.
  const prototype = prototypeOf(isArray ? prototypeOf(value) : value);
  if (prototypeOf(prototype) !== null) return `an instance of ${className(value)}`;
  if (hidesToJson(value)) return 'an object with a hidden method toJSON';
  if (Object.hasOwn(value, '__proto__')) return 'an object with a __proto__ of its own';
  return Object.getOwnPropertySymbols(value).length > 0 ? 'an object with a symbol as a key' : undefined;
}

function findInArray(value: readonly unknown[], ancestors: object[]): Culprit | undefined {
  for (let i = 0; i < value.length; i++) {
    const culprit = findUnfaithful(value[i], ancestors);
    if (culprit !== undefined) return { ...culprit, path: `[${i}]${culprit.path}` };
  }
  return undefined;
}

function findInMembers(value: object, ancestors: object[]): Culprit | undefined {
  for (const name of Object.keys(value)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    const culprit = member === undefined ? undefined : findUnfaithful(member, ancestors);
    if (culprit !== undefined) return { ...culprit, path: `.${name}${culprit.path}` };
  }
  return undefined;
}

function prototypeOf(value: object | null): object | null {
  return value === null ? null : (Object.getPrototypeOf(value) as object | null);
}

/** A visible one is refused as a function, like any other. */
function hidesToJson(value: object): boolean {
  return (
    typeof (value as { readonly toJSON?: unknown }).toJSON === 'function' && !Object.keys(value).includes('toJSON')
  );
}

function className(value: object): string {
  const { constructor } = value as { readonly constructor?: unknown };
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'a class';
}
