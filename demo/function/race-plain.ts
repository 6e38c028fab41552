import { setTimeout as work } from 'node:timers/promises';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { PlainData, plainStore } from './plain-store';

interface PlainRequest {
  readonly id: string | undefined;
  readonly query: URLSearchParams;
}

/** A status or a body, and the id that the response sets; an empty one removes it. */
interface PlainResult {
  readonly status?: number;
  readonly body?: object;
  readonly setId?: string;
}

const COOKIE = 'plain_id';

/** The same steps as in race-ours.ts, on the plain store. */
const STEPS: Readonly<Record<string, (request: PlainRequest) => Promise<PlainResult>>> = {
  'begin': async () => {
    const id = plainStore.newId();
    await plainStore.save(id, { cart: ['tea'] });
    return { setId: id };
  },
  'set': (request) => change(request, (data) => ({ ...data, count: Number(data.count ?? 0) + 1 })),
  'key': (request) => change(request, (data) => ({ ...data, [`key ${request.query.get('value')}`]: 1 })),
  'put': (request) => change(request, (data) => ({ ...data, cart: [...((data.cart ?? []) as string[]), request.query.get('value')] })),
  'sign-in': async ({ id, query }) => {
    const data = await plainStore.load(id);
    await work(Number(query.get('work')));
    const newId = plainStore.newId();
    await plainStore.save(newId, { ...data, name: 'Ada' });
    if (id !== undefined) await plainStore.destroy(id);
    return { setId: newId };
  },
  'sign-out': async ({ id }) => {
    if (id !== undefined) await plainStore.destroy(id);
    return { setId: '' };
  },
  'look': async ({ id }) => {
    const data = await plainStore.load(id);
    return { body: { isNew: data === undefined, data: data ?? {} } };
  },
};

async function change({ id, query }: PlainRequest, apply: (data: PlainData) => PlainData): Promise<PlainResult> {
  const data = await plainStore.load(id);
  if (id === undefined || data === undefined) return { status: 401 };
  await work(Number(query.get('work')));
  await plainStore.save(id, apply(data));
  return {};
}

/** A request of a race on the plain store. */
export async function racingPlain(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const name = event.rawPath.split('/')[3] ?? '';
  const step = Object.hasOwn(STEPS, name) ? STEPS[name] : undefined;
  if (!step) return { statusCode: 404 };
  const id = event.cookies?.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  const { status = 200, body, setId } = await step({ id, query: new URLSearchParams(event.rawQueryString) });
  return {
    statusCode: status,
    ...(body && { body: JSON.stringify(body) }),
    ...(setId !== undefined && { cookies: [`${COOKIE}=${setId}; Path=/; HttpOnly${setId === '' ? '; Max-Age=0' : ''}`] }),
  };
}
