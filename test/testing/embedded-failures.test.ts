import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { startEmbeddedTable } from '../../src/testing';

const servers = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;

test('an embedded table that cannot be made leaves no server behind', async () => {
  const before = servers();
  await expect(startEmbeddedTable('x')).rejects.toMatchObject({ name: 'ValidationException' });
  // Handles are let go of after their callback.
  await wait(50);
  expect(servers()).toBe(before);
});

test('a caller that breaks off in the middle of a request ends neither the embedded table nor the tests', async () => {
  const table = await startEmbeddedTable();
  const { hostname, port } = new URL(table.endpoint);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const head = ['POST / HTTP/1.1', 'host: localhost', 'x-amz-target: DynamoDB_20120810.PutItem', 'content-type: application/x-amz-json-1.0', 'content-length: 1000'];
  socket.write(`${head.join('\r\n')}\r\n\r\n{`);
  await wait(100);
  socket.destroy();
  await wait(100);
  const { Table } = await table.client.send(new DescribeTableCommand({ TableName: table.tableName }));
  expect(Table?.TableName).toBe(table.tableName);
  await table.stop();
});

test('stop twice, and two tables at once', async () => {
  const [one, other] = await Promise.all([startEmbeddedTable(), startEmbeddedTable()]);
  expect(one.endpoint).not.toBe(other.endpoint);
  await one.stop();
  await one.stop();
  const { Table } = await other.client.send(new DescribeTableCommand({ TableName: other.tableName }));
  expect(Table?.TableName).toBe('Sessions');
  await other.stop();
});
