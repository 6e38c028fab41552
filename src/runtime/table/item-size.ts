import { AttributeValue, Item } from '../client/session-client';

/** The largest item that DynamoDB takes, in bytes. */
export const LARGEST_ITEM = 409_600;

/**
 * The size of an item as DynamoDB counts it, to the byte.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSize(item: Item): number {
  let bytes = 0;
  for (const name of Object.keys(item)) bytes += attributeSize(name, item[name] as AttributeValue);
  return bytes;
}

/** The size of one attribute with its name. */
export function attributeSize(name: string, value: AttributeValue): number {
  return Buffer.byteLength(name) + valueSize(value);
}

function valueSize(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return numberSize(value.N);
  if ('B' in value) return value.B.length;
  // A list and a map take three bytes, and each of their elements one.
  if ('L' in value) return value.L.reduce((bytes, element) => bytes + 1 + valueSize(element), 3);
  if ('M' in value) return Object.entries(value.M).reduce((bytes, [name, element]) => bytes + 1 + attributeSize(name, element), 3);
  return otherSize(value);
}

/** Two digits a byte, one byte for the exponent, one for the sign of a negative number. */
function numberSize(text: string): number {
  const digits = text.replace(/^-/, '').replace('.', '').replace(/^0+/, '').replace(/0+$/, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

/** The types that this library does not write, but may meet beside its own attributes: sets, `NULL` and `BOOL`. */
function otherSize(value: object): number {
  const [content]: unknown[] = Object.values(value);
  if (!Array.isArray(content)) return 1;
  return content.reduce<number>((bytes, element: unknown) => bytes + (typeof element === 'string' ? Buffer.byteLength(element) : Object(element).length ?? 0), 0);
}
