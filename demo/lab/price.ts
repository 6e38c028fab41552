import type { DynamoCall } from './call-record';

/**
 * List prices in US dollars, DynamoDB on demand, Standard table class, Region
 * us-east-1, as AWS publishes them since 1 November 2024. Other Regions differ,
 * and the prices include neither storage nor the function.
 *
 * @see https://aws.amazon.com/dynamodb/pricing/on-demand/
 */
export const PRICE_PER_MILLION = { read: 0.125, write: 0.625 } as const;

/** What a million requests that make these calls cost, in US dollars. */
export function pricePerMillion(calls: readonly Pick<DynamoCall, 'kind' | 'units'>[]): number {
  return calls.reduce((sum, call) => sum + call.units * PRICE_PER_MILLION[call.kind], 0);
}

/** Four decimals, as half a read unit needs, without trailing zeros beyond cents. */
export function dollars(amount: number): string {
  return `$${amount.toFixed(4).replace(/(\.\d\d\d*?)0+$/, '$1')}`;
}
