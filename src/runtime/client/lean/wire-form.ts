import { AttributeValue, Item } from '../session-client';

/** An attribute in JSON: bytes are base64. */
type WireValue = { B: string } | { L: WireValue[] } | { M: Record<string, WireValue> } | { S: string } | { N: string };

/** What holds attributes in a call: itself, or each write of its transaction. */
interface Attributed {
  readonly Key?: Item;
  readonly Item?: Item;
  readonly ExpressionAttributeValues?: Item;
  readonly TransactItems?: readonly Readonly<Record<string, Attributed>>[];
}

/** The JSON text of a call. Only attributes are walked, and only those with bytes are copied. */
export function toWire(input: object): string {
  return JSON.stringify(wireCall(input));
}

function wireCall(input: Attributed): object {
  const { Key, Item: item, ExpressionAttributeValues: values, TransactItems: writes } = input;
  return {
    ...input,
    ...(Key && { Key: wireItem(Key) }),
    ...(item && { Item: wireItem(item) }),
    ...(values && { ExpressionAttributeValues: wireItem(values) }),
    ...(writes && { TransactItems: writes.map(wireWrite) }),
  };
}

function wireWrite(write: Readonly<Record<string, Attributed>>): object {
  return Object.fromEntries(Object.entries(write).map(([kind, input]) => [kind, wireCall(input)]));
}

function wireItem(item: Item): Record<string, WireValue> {
  // Without a prototype, so that a key `__proto__` is one like any other.
  const wire = Object.create(null) as Record<string, WireValue>;
  for (const name of Object.keys(item)) wire[name] = wireValue(item[name] as AttributeValue);
  return wire;
}

function wireValue(value: AttributeValue): WireValue {
  if ('B' in value) return { B: toBase64(value.B) };
  if ('M' in value) return { M: wireItem(value.M) };
  return 'L' in value ? { L: value.L.map(wireValue) } : value;
}

function toBase64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

/**
 * Turns an item of a response into the SDK's form: base64 becomes bytes, in
 * place; `readItem` judges the rest.
 *
 * @throws TypeError for bytes that are not a string
 */
export function fromWire(item: unknown): unknown {
  if (isObject(item)) for (const name of Object.keys(item)) decodeValue(item[name]);
  return item;
}

function decodeValue(value: unknown): void {
  if (!isObject(value)) return;
  if ('B' in value) value.B = toBytes(value.B);
  else if ('M' in value) fromWire(value.M);
  else if (Array.isArray(value.L)) value.L.forEach(decodeValue);
  else if (Array.isArray(value.BS)) value.BS = value.BS.map(toBytes);
}

function toBytes(text: unknown): Uint8Array {
  if (typeof text !== 'string') throw new TypeError('bytes are not written as base64');
  return Buffer.from(text, 'base64');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
