import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ConformanceTarget, conformanceCases } from './conformance';
import { ConformanceCase } from './conformance-case';
import { LeanClient } from '../../src/runtime/client/lean/client';
import { defaultSdkClient, sdkClient } from '../../src/runtime/client/sdk-client';
import { EmbeddedTable, memoryTable } from '../../src/testing';
import { DYNALITE, Engine, engineAt, findDynoxide } from '../support/engines';

/** A table in this process, of which the suite needs no more. */
interface LocalEngine {
  readonly name: string;
  start(): Promise<Pick<EmbeddedTable, 'tableName' | 'stop'>>;
}

const IN_MEMORY: LocalEngine = { name: 'its own', start: async () => ({ tableName: 'Sessions', stop: async () => undefined }) };

type ClientOf = (table: EmbeddedTable) => ConformanceTarget['client'];

const sdk: ClientOf = ({ client }) => client;

/** The client that the library makes where none is given; the environment is all that it knows. */
const ownDefault: ClientOf = ({ endpoint }) => {
  Object.assign(process.env, { AWS_ENDPOINT_URL_DYNAMODB: endpoint, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
  return defaultSdkClient({ region: 'us-east-1', deadline: 3000 });
};

/** The client without the SDK. */
const lean: ClientOf = ({ endpoint }) =>
  new LeanClient({ endpoint, region: 'us-east-1' }, { AWS_ACCESS_KEY_ID: 'embedded', AWS_SECRET_ACCESS_KEY: 'embedded' });

const document: ClientOf = ({ client }) => DynamoDBDocumentClient.from(client);

const endpoint = process.env.DYNAMODB_ENDPOINT;
const dynoxide = findDynoxide();

const TARGETS: readonly (readonly [string, LocalEngine, ClientOf] | readonly [string, Engine, ClientOf])[] = endpoint !== undefined
  ? [['the SDK\'s client', engineAt(endpoint), sdk], ['the lean client', engineAt(endpoint), lean]]
  : [
    ['the table in memory', IN_MEMORY, () => memoryTable()],
    ['the SDK\'s client', DYNALITE, sdk],
    ['the SDK\'s document client', DYNALITE, document],
    ['the library\'s own client', DYNALITE, ownDefault],
    ['the lean client', DYNALITE, lean],
    ...(dynoxide === undefined ? [] : [
      ['the SDK\'s client', dynoxide, sdk] as const,
      ['the lean client', dynoxide, lean] as const,
    ]),
  ];

/** The titles, which do not depend on the client. */
const TITLES = conformanceCases({ client: sdkClient({ send: () => Promise.reject(new Error('there is no table yet')) }), tableName: 'Sessions' });

describe.each(TARGETS)('%s', (_, engine, clientOf) => {
  describe(`on ${engine.name}`, () => {
    let table: Awaited<ReturnType<LocalEngine['start']>>;
    let cases: ReadonlyMap<string, ConformanceCase>;

    beforeAll(async () => {
      table = await engine.start();
      cases = new Map(conformanceCases({ client: clientOf(table as EmbeddedTable), tableName: table.tableName }).map((each) => [each.title, each]));
    });
    afterAll(() => table.stop());

    test.each(TITLES)('$title', async ({ title }) => {
      await cases.get(title)?.run();
      expect(cases.has(title)).toBe(true);
    });
  });
});
