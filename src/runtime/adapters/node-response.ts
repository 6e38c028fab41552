import { HeaderSink, OF_THE_BODY } from './finish';
import type { FinishedRequest } from '../request/session-request';

/** The parts of Node's response that are used. */
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

/** The response's headers, as a sink for the session's. */
export function sinkOf(response: NodeResponse): HeaderSink {
  return {
    get: (name) => [response.getHeader(name) ?? ''].flat().join(', '),
    set: (name, value) => response.setHeader(name, value),
    append: (name, value) => response.appendHeader(name, value),
  };
}

/** Sets the headers that come with `writeHead` one by one; otherwise they would replace the session's. */
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

/** Replaces the head by another response's. Headers that the application sets on all responses stay. */
export function replaceHead(
  response: NodeResponse,
  { status, headers }: NonNullable<FinishedRequest['unavailable']>,
): void {
  for (const name of OF_THE_BODY) response.removeHeader(name);
  response.statusCode = status;
  response.statusMessage = undefined;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
