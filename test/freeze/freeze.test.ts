import { join } from 'node:path';
import { runFreezeRounds } from './freeze-rounds';
import { LambdaEnvironment } from './lambda-environment';
import { newSessionId } from '../../src/runtime/session/id';
import { keyOf, refOf } from '../../src/runtime/table/key';
import { startEmbeddedTable } from '../../src/testing';
import { FaultProxy } from '../support/fault-proxy';

test('a function that is frozen with each answer and thawed on dead connections loses no commit and shows no error', async () => {
  const report = await runFreezeRounds(40);
  expect(report).toMatchObject({ rounds: 40, pending: 0, wrong: [] });
  expect(report.cut).toBeGreaterThan(10);
  expect(report.dropped).toBeGreaterThan(0);
}, 60_000);

describe('what an error leaves in the logs of a function and in what AWS reports of it', () => {
  test('names operation, code and session, and nothing that AWS said, and no id', async () => {
    const table = await startEmbeddedTable();
    const proxy = await FaultProxy.start(table.endpoint);
    const lambda = await LambdaEnvironment.start({
      entry: join(__dirname, 'functions/careless.ts'),
      variables: { ...table.environment, AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint },
    });
    const id = newSessionId(() => new Uint8Array(32).fill(7));
    const ref = refOf(keyOf(id));
    proxy.fail('GetItem', 'access denied', Infinity);
    const { answer, isError } = await lambda.invoke({ cookies: [`session_id=${id}`] });
    await lambda.stop();
    await proxy.stop();
    await table.stop();
    expect(isError).toBe(true);
    expect(answer).toMatchObject({ errorType: 'SessionUnavailableError', errorMessage: expect.stringContaining(`session ${ref}`) });
    const shown = `${lambda.output}${JSON.stringify(answer)}`;
    expect(shown).toContain(`operation=GetItem code=configuration ref=${ref}`);
    for (const secret of ['arn:', 'canary', '123456789012', id]) expect(shown).not.toContain(secret);
  });
});
