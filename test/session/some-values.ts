import { Codec, jsonCodec } from '../../src/runtime/session/codec';
import { Decode, Stored, Values } from '../../src/runtime/session/values';

/** Called for each damaged value. */
export const damaged = jest.fn();

/** Texts are stored as they are; bytes are damaged, and one text makes the decoder itself fail. */
export const decode: Decode = (_, stored) => {
  if (stored === 'missing module') throw new Error('missing module');
  return typeof stored === 'string' ? stored : undefined;
};

/** The data of a session that the table has in this form. */
export function values(stored: Readonly<Record<string, Stored>> = {}, codec: Codec = jsonCodec): Values {
  return new Values(codec, decode, new Map(Object.entries(stored)), damaged);
}

/** What a commit would write. */
export function changesOf(of: Values): Record<string, string | undefined> {
  return Object.fromEntries(of.changes());
}

/** Stores the changes, and tells the values. */
export function store(of: Values): void {
  const changes = of.changes();
  of.markStored(changes, changes);
}

/** A codec like one that encrypts: never the same text twice, and values that JSON does not keep. */
export function restlessCodec(): Codec {
  let count = 0;
  return {
    stringify: (value) => JSON.stringify([count++, value instanceof Date ? { date: value.getTime() } : value]),
    parse: (text) => {
      const [, value] = JSON.parse(text) as [number, unknown];
      const { date } = Object(value) as { readonly date?: number };
      return date === undefined ? value : new Date(date);
    },
  };
}
