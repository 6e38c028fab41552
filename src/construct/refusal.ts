import { IConstruct } from 'constructs';

/** A prop that cannot be used: what came, and what is allowed. */
export interface Refusal {
  readonly prop: string;
  readonly value?: unknown;
  /** The value in words, where it does not show by itself. */
  readonly shown?: string;
  readonly allowed: string;
}

/**
 * Ends the synthesis with a message that names the construct, the prop, its value and what is allowed.
 *
 * @throws Error always
 */
export function refuse(scope: IConstruct, { prop, value, shown, allowed }: Refusal): never {
  const came = shown ?? (typeof value === 'string' ? JSON.stringify(value) : String(value));
  throw new Error(`${scope.node.path}: ${prop} is ${came}; allowed: ${allowed}`);
}
