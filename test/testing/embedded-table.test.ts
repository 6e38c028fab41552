import { createServer, request } from 'node:http';
import { AddressInfo } from 'node:net';
import { describeTransactions } from './transactions';
import { TransactionFront } from '../../src/testing/transaction-front';
import { Transactions } from '../../src/testing/transactions';
import { embeddedEngines } from '../support/engines';

for (const engine of embeddedEngines()) describeTransactions(engine);

describe('The front before dynalite', () => {
  test('forgets a token after ten minutes, as DynamoDB does', async () => {
    let now = 0;
    let writes = 0;
    const ask = async () => ({ Attributes: {}, count: writes++ });
    const transactions = new Transactions(ask, () => now);
    const input = { ClientRequestToken: 'one', TransactItems: [{ Delete: { TableName: 'T', Key: { sid: { B: 'AA==' } } } }] };
    await transactions.write(input, {});
    now = 599_999;
    await transactions.write(input, {});
    expect(writes).toBe(1);
    now = 600_000;
    await transactions.write(input, {});
    expect(writes).toBe(2);
  });

  test('goes on when a caller is gone before its turn', async () => {
    const front = await TransactionFront.start(createServer((_, response) => response.end('{}')));
    const call = (target: string) => request(front.endpoint, { method: 'POST', agent: false, headers: { 'x-amz-target': `DynamoDB_20120810.${target}` } });
    const gone = call('GetItem').on('error', () => undefined);
    gone.write('{');
    await new Promise((resolve) => gone.once('socket', (socket) => socket.once('connect', resolve)));
    gone.destroy();
    const status = await new Promise((resolve) => call('TransactWriteItems').on('response', (answer) => resolve(answer.resume().statusCode)).end('{}'));
    expect(status).toBe(400);
    await front.stop();
  });

  test('says so where the engine is gone', async () => {
    const engine = createServer();
    const front = await TransactionFront.start(engine);
    const { port } = engine.address() as AddressInfo;
    expect(front.endpoint).not.toContain(String(port));
    await new Promise((resolve) => engine.close(resolve));
    const item = { Put: { TableName: 'T', Item: { sid: { B: 'AA==' } } } };
    const body = JSON.stringify({ TransactItems: [item] });
    const answer = await fetch(front.endpoint, { method: 'POST', headers: { 'x-amz-target': 'DynamoDB_20120810.TransactWriteItems' }, body });
    expect(answer.status).toBe(500);
    await front.stop();
  });
});
