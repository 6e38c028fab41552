/** A stored value: JSON text, or one byte of flags and then bytes. */
export type StoredValue = string | Uint8Array;

/** Stored values by their names. */
export type StoredValues = ReadonlyMap<string, StoredValue>;

/** Names with what to store, or `undefined` to remove them. */
export type StoredChanges = ReadonlyMap<string, StoredValue | undefined>;

/** How many of them one update takes, in the data and beside it: an expression has at most 4 KB. */
export const MOST_CHANGES = 100;

export const NOTHING_STORED: StoredValues = new Map();

/** The values as they are after the changes. */
export function withChanges(values: StoredValues, changes: StoredChanges): StoredValues {
  if (changes.size === 0) return values;
  const after = new Map(values);
  for (const [name, value] of changes) {
    if (value === undefined) after.delete(name);
    else after.set(name, value);
  }
  return after;
}

/** Whether two stored values are the same, byte for byte. */
export function isSameValue(one: StoredValue, other: StoredValue | undefined): boolean {
  if (typeof one === 'string' || typeof other === 'string' || other === undefined) return one === other;
  return Buffer.compare(one, other) === 0;
}
