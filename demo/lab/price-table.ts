import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ENGINE_ACCESS } from './engine';
import { PRICE_PER_MILLION } from './price';
import { Session, sessionFactory, SessionFactory } from '../../src/runtime';
import { FakeClock } from '../../src/testing';

/** The sizes of a session's JSON that are measured, in kilobytes. */
export const SIZES = [1, 2, 4, 8, 16, 32, 64] as const;

/** Seconds between two requests of a visitor, and between two extensions of a session. */
const BETWEEN_REQUESTS = 30;
const BETWEEN_EXTENSIONS = 120;

/** Request units of one use of a session of one size, as the engine counted them. */
interface Measured {
  readonly eventualRead: number;
  readonly strongRead: number;
  readonly change: number;
  readonly extension: number;
  /** A strong read, and an update or a put of an item with all the data uncompressed. */
  readonly plainRead: number;
  readonly plainWrite: number;
}

/** The traffic of a month. */
export interface Month {
  /** Millions of requests. */
  readonly millions: number;
  /** Shares of the requests, from 0 to 1, that read the session and that change it. The others do not use it. */
  readonly reads: number;
  readonly writes: number;
  /** Kilobytes. */
  readonly size: number;
}

/** What a month costs in US dollars. */
export interface MonthlyPrice {
  readonly ours: number;
  readonly strong: number;
  readonly connect: number;
}

interface Usage {
  read: number;
  write: number;
}

/** Units of each use at each size, measured once on the embedded engine. */
export class PriceTable {
  private measured: Promise<ReadonlyMap<number, Measured>> | undefined;

  public constructor(private readonly endpoint: string, private readonly tableName: string) {}

  public async price({ millions, reads, writes, size }: Month): Promise<MonthlyPrice> {
    const units = (await this.table()).get(size)!;
    // A session is extended at most once every BETWEEN_EXTENSIONS seconds; a change extends it too, at no extra cost.
    const extensions = Math.min(reads, (reads * BETWEEN_REQUESTS) / BETWEEN_EXTENSIONS);
    const inDollars = (read: number, write: number) => millions * (read * PRICE_PER_MILLION.read + write * PRICE_PER_MILLION.write);
    const written = writes * units.change + extensions * units.extension;
    return {
      ours: inDollars((reads + writes) * units.eventualRead, written),
      strong: inDollars((reads + writes) * units.strongRead, written),
      // Each request with a cookie reads, and then touches or stores.
      connect: inDollars(units.plainRead, units.plainWrite),
    };
  }

  private async table(): Promise<ReadonlyMap<number, Measured>> {
    return (this.measured ??= this.measureAll());
  }

  private async measureAll(): Promise<ReadonlyMap<number, Measured>> {
    const usage: Usage = { read: 0, write: 0 };
    const client = countingClient(this.endpoint, usage);
    const measured = new Map<number, Measured>();
    for (const size of SIZES) measured.set(size, await measure(client, this.tableName, usage, size));
    client.destroy();
    return measured;
  }
}

/** A client that adds up what its calls consume. */
function countingClient(endpoint: string, usage: Usage): DynamoDBClient {
  const { region, ...credentials } = ENGINE_ACCESS;
  const client = new DynamoDBClient({ endpoint, region, credentials });
  client.middlewareStack.add((next, { commandName }) => async (args) => {
    const { output, ...rest } = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
    const { ConsumedCapacity } = output as { readonly ConsumedCapacity?: { readonly CapacityUnits?: number } };
    usage[commandName === 'GetItemCommand' ? 'read' : 'write'] += ConsumedCapacity?.CapacityUnits ?? 0;
    return { output, ...rest };
  }, { step: 'initialize' });
  return client;
}

interface MeasuredSession {
  cart: object[];
  last: number;
}

/** Uses one session of a given size in each way, and notes the units. */
async function measure(client: DynamoDBClient, tableName: string, usage: Usage, kilobytes: number): Promise<Measured> {
  const clock = new FakeClock();
  const factory = sessionFactory<MeasuredSession>({ client, tableName, clock });
  const cart = cartOf(kilobytes * 1024);
  let cookie = await visit(factory, '', (session) => session.set('cart', cart));
  const units = async (kind: keyof Usage, run: () => Promise<unknown>) => {
    const before = usage[kind];
    await run();
    return usage[kind] - before;
  };
  const read = (header: string) => units('read', () => visit(factory, header, (session) => session.get('cart')));
  const eventualRead = await read(cookie);
  const strongRead = await read(`${cookie}; session_id_w=1`);
  const change = await units('write', () => visit(factory, cookie, (session) => session.set('last', kilobytes)));
  clock.advanceSeconds(BETWEEN_EXTENSIONS + 1);
  const extension = await units('write', async () => { cookie = await visit(factory, cookie, (session) => session.get('cart')); });
  const sid = { B: Buffer.from(`plain ${kilobytes}`) };
  const Item = { sid, expires: { N: '2000000000' }, sess: { S: JSON.stringify({ cookie: { path: '/' }, cart }) } };
  const plainWrite = await units('write', () => client.send(new PutItemCommand({ TableName: tableName, Item })));
  const input = { TableName: tableName, Key: { sid }, ConsistentRead: true };
  const plainRead = await units('read', () => client.send(new GetItemCommand(input)));
  return { eventualRead, strongRead, change, extension, plainRead, plainWrite };
}

/** One request; returns the id cookie, which a browser sends from then on. */
async function visit(
  factory: SessionFactory<MeasuredSession>, cookies: string, use: (session: Session<MeasuredSession>) => unknown,
): Promise<string> {
  const request = factory.forRequest({ cookies, https: true, method: 'GET' });
  use(await request.session());
  const { headers: { setCookie } } = await request.finish({ status: 200 });
  return setCookie.find((line) => line.startsWith('session_id='))?.split(';')[0] ?? cookies;
}

const WORDS = 'pale linen lamp oak small round kettle green wool tray long shelf copper jug soft chair'.split(' ');

/** A cart whose JSON has at least `bytes` bytes: lines with a number, a title of five words, a price and a quantity. */
function cartOf(bytes: number): object[] {
  const cart: object[] = [];
  let seed = 1;
  const next = (limit: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % limit;
  };
  const line = () => ({
    sku: next(1e9), title: Array.from({ length: 5 }, () => WORDS[next(WORDS.length)]).join(' '), price: next(10_000) / 100, quantity: 1 + next(5),
  });
  while (JSON.stringify(cart).length < bytes) cart.push(line());
  return cart;
}
