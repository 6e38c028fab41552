import { IConstruct } from 'constructs';

/** A prop that cannot be used: what came, and what is allowed. */
export interface Refusal {
  readonly prop: string;
  readonly value: unknown;
  readonly allowed: string;
}

/**
 * Ends the synthesis with a message that names the construct, the prop, its value and what is allowed.
 *
 * @throws Error always
 */
export function refuse(scope: IConstruct, { prop, value, allowed }: Refusal): never {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
  throw new Error(`${scope.node.path}: ${prop} is ${shown}; allowed: ${allowed}`);
}
