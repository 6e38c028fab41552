import { Item } from '../client/session-client';
import type { AttributeValue } from '../client/session-client';

/** The text of an update, and what its placeholders stand for. */
export interface UpdateExpression {
  readonly update: string;
  readonly names: Record<string, string>;
  readonly values: Item;
}

/**
 * Writes an update expression: `SET a = :a, dat.#0 = :0 REMOVE dat.#1`.
 *
 * Names that an application chose stand behind short placeholders, because
 * they may be anything and an expression has at most 4 KB.
 */
export class UpdateBuilder {
  #set = '';
  #remove = '';
  readonly #names: Record<string, string> = {};
  readonly #values: Item;
  #count = 0;

  public constructor(values: Item) {
    this.#values = values;
  }

  /** An assignment that is written out; its placeholders are among the values. */
  public assign(assignment: string): this {
    this.#set += `${this.#set === '' ? 'SET ' : ', '}${assignment}`;
    return this;
  }

  /** Sets or removes what is named, below a path or at the top. */
  public change(path: string, name: string, value: AttributeValue | undefined): void {
    const n = this.#count++;
    this.#names[`#${n}`] = name;
    if (value === undefined) {
      this.#remove += `${this.#remove === '' ? ' REMOVE ' : ', '}${path}#${n}`;
    } else {
      this.assign(`${path}#${n} = :${n}`);
      this.#values[`:${n}`] = value;
    }
  }

  public build(): UpdateExpression {
    return { update: this.#set + this.#remove, names: this.#names, values: this.#values };
  }
}
