import { Action, Condition, ExpressionReader, applied, copiedItem, invalid } from './expression';
import { KEY_ATTRIBUTE } from '../contract';
import type { AttributeValue, ConditionInput, Item, KeyInput } from '../runtime/client/session-client';
import { LARGEST_ITEM, attributeSize } from '../runtime/table/item-size';

/** A write, alone or in a transaction. The key is that of `Item` where there is one. */
export type Write = Partial<ConditionInput> & Partial<KeyInput> & {
  readonly Item?: Item;
  readonly UpdateExpression?: string;
  readonly ReturnValues?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
};

/** A write that was read and found valid. */
export interface Prepared {
  readonly write: Write;
  readonly name: string;
  readonly isAllowed: Condition;
  /** What it leaves of what was there. */
  readonly result: (before: Item | undefined) => Item | undefined;
}

const LONGEST_KEY = 2048;

/** A PutItem, ready to be applied. */
export function putOf(write: Write): Prepared {
  const item = copiedItem(checked(write.Item ?? {}));
  return prepared(write, nameOf(item), () => item);
}

/** A DeleteItem, ready to be applied. */
export function deleteOf(write: Write): Prepared {
  return prepared(write, keyName(write.Key), () => undefined);
}

/** An UpdateItem, ready to be applied. */
export function updateOf(write: Write): Prepared {
  const key = write.Key ?? {};
  checked(write.ExpressionAttributeValues ?? {});
  return prepared(write, keyName(key), (before, actions) => applied(before ?? copiedItem(key), actions));
}

type ResultOf = (before: Item | undefined, actions: readonly Action[]) => Item | undefined;

function prepared(write: Write, name: string, result: ResultOf): Prepared {
  const reader = new ExpressionReader(write.ExpressionAttributeNames, write.ExpressionAttributeValues);
  const actions = write.UpdateExpression === undefined ? [] : reader.update(write.UpdateExpression);
  const changesKey = actions.some(({ path }) => path[0] === KEY_ATTRIBUTE);
  if (changesKey) throw invalid(`${KEY_ATTRIBUTE} is the key, and no update changes it.`);
  const isAllowed = reader.condition(write.ConditionExpression);
  reader.end();
  return { write, name, isAllowed, result: (before) => result(before, actions) };
}

/** The size of an item in bytes, as DynamoDB counts it. */
export function sizeOf(item: Item | undefined): number {
  return Object.entries(item ?? {}).reduce((bytes, [name, value]) => bytes + attributeSize(name, value), 0);
}

/** What is left of a write, if DynamoDB takes it. */
export function fitting(item: Item | undefined): Item | undefined {
  if (sizeOf(item) > LARGEST_ITEM) throw invalid('Item size has exceeded the maximum allowed size');
  return item;
}

/** The item that refused a write, if the write asks for it. */
export function itemOfRefusal(write: Write, before: Item | undefined): { readonly Item?: Item } {
  const asked = write.ReturnValuesOnConditionCheckFailure;
  return asked === 'ALL_OLD' && before !== undefined ? { Item: copiedItem(before) } : {};
}

/** What the table keeps an item under. */
export function keyName(key: Item | undefined): string {
  if (key === undefined || Object.keys(key).length !== 1) {
    throw invalid('The provided key element does not match the schema');
  }
  return nameOf(key);
}

/** What the table keeps an item under. */
export function nameOf(item: Item): string {
  const key = item[KEY_ATTRIBUTE];
  const bytes = key !== undefined && 'B' in key ? key.B : undefined;
  if (!(bytes instanceof Uint8Array)) throw invalid(`The key is ${KEY_ATTRIBUTE}, a binary.`);
  const { length } = bytes;
  if (length < 1 || length > LONGEST_KEY) throw invalid(`The key has 1 to ${LONGEST_KEY} bytes; this has ${length}.`);
  return Buffer.from(bytes).toString('latin1');
}

/** An item whose values are all in DynamoDB's form. */
export function checked(item: Item): Item {
  for (const value of Object.values(item)) checkValue(value);
  return item;
}

const IS_OF_TYPE: Readonly<Record<string, (content: unknown) => boolean>> = {
  S: (content) => typeof content === 'string',
  N: (content) => typeof content === 'string' && content.trim() !== '' && Number.isFinite(Number(content)),
  B: (content) => content instanceof Uint8Array,
  BOOL: (content) => typeof content === 'boolean',
  NULL: (content) => content === true,
  SS: Array.isArray,
  NS: Array.isArray,
  BS: Array.isArray,
  L: (content) => Array.isArray(content) && content.every(checkValue),
  M: (content) => typeof content === 'object' && content !== null && Object.values(content as Item).every(checkValue),
};

function checkValue(value: AttributeValue): true {
  const [type = '', ...more] = Object.keys(value);
  const content = (value as unknown as Readonly<Record<string, unknown>>)[type];
  const isOfType = Object.hasOwn(IS_OF_TYPE, type) && IS_OF_TYPE[type]?.(content);
  if (isOfType !== true || more.length > 0) throw invalid('A value does not have exactly one of DynamoDB\'s types.');
  return true;
}
