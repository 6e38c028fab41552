import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { forgedPage, nobodyPage } from './page';
import type { Traced } from './traced';
import type { WithSession } from '../../src/runtime';

/** A request, as the routes take it. */
export interface RouteRequest<Data extends object> {
  readonly context: WithSession<Data> & Traced;
  readonly form: URLSearchParams;
  readonly query: URLSearchParams;
  /** The cookies as they arrived, joined by semicolons. */
  readonly cookies: string;
}

export type Route<Data extends object> = (request: RouteRequest<Data>) => Promise<APIGatewayProxyStructuredResultV2>;

/** Nothing from elsewhere, no inline script and no inline style. */
export const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
    + "base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
} as const;

export function page(body: string, statusCode = 200): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': 'text/html; charset=utf-8', ...SECURITY_HEADERS }, body };
}

/** Post, redirect, get: reloading the page repeats no purchase. */
export function toShop(query = ''): APIGatewayProxyStructuredResultV2 {
  return { statusCode: 303, headers: { location: `/${query}#shop` } };
}

export function toDevices(): APIGatewayProxyStructuredResultV2 {
  return { statusCode: 303, headers: { location: '/#devices' } };
}

export function toJson(body: object): APIGatewayProxyStructuredResultV2 {
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** The response to a request that needs a signed-in visitor. */
export function nobody(): APIGatewayProxyStructuredResultV2 {
  return page(nobodyPage(), 401);
}

/** The response to a form that did not come from one of the shop's own pages. */
export function forged(): APIGatewayProxyStructuredResultV2 {
  return page(forgedPage(), 403);
}

/** The fields of a form, which API Gateway passes on as base64. */
export function formOf({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): URLSearchParams {
  return new URLSearchParams(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body);
}
