/**
 * The rules of options, and the messages for values that break them: shared by the construct's props and the runtime's
 * options. Imports nothing.
 *
 * @internal
 */

/** The rule for one value: a test, and the same in words. */
export interface OptionRule {
  readonly allowed: string;
  /** The rules one level below, for an option that is an object of options. */
  readonly parts?: OptionRules;
  test(value: unknown): boolean;
}

/** Rules by the names of options. */
export type OptionRules = Readonly<Record<string, OptionRule>>;

/** One rule for each option, so that the compiler reports a forgotten one. */
export type RulesOf<Options> = { readonly [Name in keyof Options]-?: OptionRule };

/** The names of options, as rules have them. */
export type OptionNames = Readonly<Record<string, { readonly parts?: OptionNames }>>;

/** Certain names, so that the compiler reports a forgotten one. */
export type NamesOf<Names extends string> = { readonly [Name in Names]: OptionNames[string] };

/** An invalid option: its name, its value, and what is allowed. */
export interface OptionProblem {
  readonly option: string;
  readonly value: unknown;
  readonly allowed: string;
}

/** A whole number in a range, both ends included. */
export function wholeNumber(least: number, most: number, unit: string): OptionRule {
  return {
    allowed: `a whole number of ${unit} from ${least} to ${most}`,
    test: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}

/** One of a few values. */
export function oneOf(...values: readonly (string | boolean)[]): OptionRule {
  return {
    allowed: values.map((value) => JSON.stringify(value)).join(', '),
    test: (value) => values.includes(value as string | boolean),
  };
}

/** A text of a certain form. */
export function text(form: RegExp, allowed: string): OptionRule {
  return { allowed, test: (value) => typeof value === 'string' && form.test(value) };
}

/** An object of options. */
export function group(parts: OptionRules): OptionRule {
  return { allowed: 'an object', test: isRecord, parts };
}

/** Whether a value is an object that is not a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first option that breaks its rule. Options without a rule are left to `describeUnknown`. */
export function findProblem(options: object, rules: OptionRules, path = ''): OptionProblem | undefined {
  for (const [name, value] of set(options)) {
    const rule = own(rules, name);
    if (rule === undefined) continue;
    if (!rule.test(value)) return { option: path + name, value, allowed: rule.allowed };
    const problem = rule.parts && findProblem(value as object, rule.parts, `${path}${name}.`);
    if (problem) return problem;
  }
  return undefined;
}

/** Says that the first unknown option does not exist, and which one was probably meant. */
export function describeUnknown(options: object, names: OptionNames, kind: string): string | undefined {
  const unknown = unknownName(options, names);
  if (unknown === undefined) return undefined;
  const known = dotted(names);
  const meant = known.find((name) => isLike(name, unknown)) ?? known.find((name) => isLike(lastPart(name), unknown));
  const advice = meant === undefined ? `There are ${known.join(', ')}.` : `Did you mean ${JSON.stringify(meant)}?`;
  return `there is no ${kind} ${JSON.stringify(unknown)}. ${advice}`;
}

/** Names are looked up level by level, so a dot in a name has no meaning. */
function unknownName(options: object, names: OptionNames, path = ''): string | undefined {
  for (const [name, value] of set(options)) {
    const known = own(names, name);
    if (known === undefined) return path + name;
    const below = known.parts && isRecord(value) ? unknownName(value, known.parts, `${path}${name}.`) : undefined;
    if (below !== undefined) return below;
  }
  return undefined;
}

function set(options: object): [string, unknown][] {
  return Object.entries(options).filter(([, value]) => value !== undefined);
}

/** Not what every object inherits: `constructor` is not an option. */
function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function dotted(names: OptionNames, path = ''): string[] {
  return Object.entries(names).flatMap(([name, { parts = {} }]) => [path + name, ...dotted(parts, `${path}${name}.`)]);
}

/** The same but for case and punctuation: `reissue_time` means `reissueTime`. */
function isLike(name: string, other: string): boolean {
  const letters = (of: string) => of.toLowerCase().replace(/[^a-z]/g, '');
  return letters(name) === letters(other);
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
