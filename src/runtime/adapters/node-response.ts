import { HeaderSink, OF_THE_BODY } from './finish';
import type { FinishedRequest } from '../request/session-request';

/** What is used of a response of Node. */
export interface NodeResponse {
  statusCode: number;
  statusMessage?: string | undefined;
  readonly headersSent: boolean;
  getHeader(name: string): number | string | string[] | readonly string[] | undefined;
  setHeader(name: string, value: string | readonly string[]): unknown;
  appendHeader(name: string, value: string | readonly string[]): unknown;
  removeHeader(name: string): void;
  emit(event: string, ...values: unknown[]): boolean;
}

/** Its headers, for the session's to be put among them. */
export function sinkOf(response: NodeResponse): HeaderSink {
  return {
    get: (name) => [response.getHeader(name) ?? ''].flat().join(', '),
    set: (name, value) => response.setHeader(name, value),
    append: (name, value) => response.appendHeader(name, value),
  };
}

/** What comes with `writeHead` is set by itself, or it would replace the headers of the session. */
export function takeHead(response: NodeResponse, [status, ...rest]: unknown[]): true {
  response.statusCode = status as number;
  if (typeof rest[0] === 'string') response.statusMessage = rest.shift() as string;
  const [headers] = rest.filter((value) => value !== undefined && value !== null);
  const flat = Array.isArray(headers) ? headers.flat(1) as string[] : undefined;
  const pairs = flat
    ? flat.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, flat[at + 1] as string]] : []))
    : Object.entries(Object(headers));
  for (const [name] of pairs) response.removeHeader(name);
  for (const [name, value] of pairs) if (value !== undefined) response.appendHeader(name, value as string);
  return true;
}

/** Makes the head that of another response; what the application set for all of its responses stays. */
export function replaceHead(response: NodeResponse, { status, headers }: NonNullable<FinishedRequest['unavailable']>): void {
  for (const name of OF_THE_BODY) response.removeHeader(name);
  response.statusCode = status;
  response.statusMessage = undefined;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
