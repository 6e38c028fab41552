import { AttributeValue, Item } from '../client/session-client';

/** The largest item that DynamoDB takes, in bytes. */
export const LARGEST_ITEM = 409_600;

/**
 * The size of an item, as DynamoDB counts it to the byte.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSize(item: Item): number {
  return Object.keys(item).reduce((bytes, name) => bytes + attributeSize(name, item[name] as AttributeValue), 0);
}

/** The size of one attribute with its name. */
export function attributeSize(name: string, value: AttributeValue): number {
  return Buffer.byteLength(name) + valueSize(value);
}

/** The size of a map: three bytes, and one more for each of its entries. */
export function mapSize<Value>(map: Iterable<readonly [string, Value]>, size: (value: Value) => number): number {
  let bytes = 3;
  for (const [name, value] of map) bytes += 1 + Buffer.byteLength(name) + size(value);
  return bytes;
}

/** The size of a value. */
export function valueSize(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return numberSize(value.N);
  if ('B' in value) return value.B.length;
  if ('L' in value) return value.L.reduce((bytes, element) => bytes + 1 + valueSize(element), 3);
  if ('M' in value) return mapSize(Object.entries(value.M), valueSize);
  return otherSize(value);
}

/** Two digits for each byte, one byte for the exponent, one for the sign of a negative number. */
function numberSize(text: string): number {
  const digits = text.replace(/^-/, '').replace('.', '').replace(/^0+/, '').replace(/0+$/, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

/**
 * Types that this library does not write but may find among its own attributes: sets, `NULL`, `BOOL`, and newer ones.
 */
function otherSize(value: object): number {
  const [content]: unknown[] = Object.values(value);
  if (!Array.isArray(content)) return 1;
  const sizeOf = (element: unknown) =>
    typeof element === 'string' ? Buffer.byteLength(element) : Number(Object(element).length ?? 0);
  return content.reduce<number>((bytes, element: unknown) => bytes + sizeOf(element), 0);
}
