import type { SessionHeaders } from '../request/cookies';
import type { FinishedRequest, RequestOutcome, SessionRequest } from '../request/session-request';

/** Where a response keeps its headers. A Fetch `Headers` object fits. */
export interface HeaderSink {
  /** The value of a header; several are joined by commas. Names are found in any case. */
  get(name: string): string | null | undefined;
  /** Sets a header, replacing all of that name. */
  set(name: string, value: string): void;
  /** Adds a header and keeps others of that name; called only for `Set-Cookie`. */
  append(name: string, value: string): void;
}

/** The headers of a body that is not sent, because the store is out of reach. */
export const OF_THE_BODY = [
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Length',
  'Content-Range',
  'ETag',
  'Last-Modified',
  'Location',
];

/** Puts the session's headers into a response and keeps the handler's own. */
export function applyHeaders(sink: HeaderSink, { setCookie, cacheControl, vary }: SessionHeaders): void {
  if (vary !== undefined) mergeList(sink, 'Vary', vary);
  if (cacheControl !== undefined) mergeList(sink, 'Cache-Control', cacheControl);
  for (const cookie of setCookie) sink.append('Set-Cookie', cookie);
}

/** The response for an error that is logged, if cookies have to be set. */
export const FAILED = {
  status: 500 as const,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'Internal Server Error',
};

/**
 * How a request ended. `failure` has the error of a commit that trying again cannot fix, such as a session that is too
 * large.
 */
export type Settled = FinishedRequest & { readonly failure?: { readonly error: unknown } };

/** Finishes a request. A failure is returned along with the headers that the response must carry anyway. */
export async function settle<Data extends object>(
  request: SessionRequest<Data>,
  outcome: RequestOutcome,
): Promise<Settled> {
  try {
    return await request.finish(outcome);
  } catch (error) {
    return { headers: await request.discard(), failure: { error } };
  }
}

/** Whether there is something to put into a response. */
export function hasHeaders({ setCookie, vary }: SessionHeaders): boolean {
  return setCookie.length > 0 || vary !== undefined;
}

/** Adds an element to a header that is a list, unless it is there or a `*` covers it. */
function mergeList(sink: HeaderSink, name: string, element: string): void {
  const present = sink.get(name) ?? '';
  const elements = present.toLowerCase().split(',').map((text) => text.trim());
  if (elements.includes(element.toLowerCase()) || elements.includes('*')) return;
  sink.set(name, present.trim() === '' ? element : `${present}, ${element}`);
}
