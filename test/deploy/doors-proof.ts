import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { PutRolePolicyCommand } from '@aws-sdk/client-iam';
import type { Cloud } from './cloud';
import { grantedBy, onDynamoDb } from './table-proof';
import { type Page, Visitor } from './visitor';
import { type Report, check } from '../support/report';

const STACK = 'ProbeDoors';
const DOORS = { HttpApiUrl: 'HTTP API', RestApiUrl: 'REST API', FunctionUrl: 'function URL' };

interface Answer {
  readonly note?: string | null;
  readonly isNew?: boolean;
}

/** Proves what a visitor of the deployed function gets, through each of the doors. */
export async function proveDoors(report: Report, cloud: Cloud): Promise<void> {
  const urls = await cloud.outputs(STACK);
  for (const [output, door] of Object.entries(DOORS)) {
    const url = urls[output] ?? '';
    await report.prove(`${door}: visit, set, read back, sign out`, () => visit(cloud, url));
    await report.prove(`${door}: sign in on two devices, out everywhere`, () => signIn(cloud, url));
  }
  await report.prove('Without the policy the visitor gets 500, and with it again the session', () => withoutPolicy(cloud, urls.HttpApiUrl ?? ''));
}

async function visit(cloud: Cloud, url: string): Promise<string> {
  const visitor = new Visitor(cloud.endpoint, url);
  const first = await visitor.open('/read');
  check(answer(first).isNew === true && first.setCookies.length === 0, `a first visit: ${told(first)}`);
  const set = await visitor.open('/set', 'POST');
  const id = set.setCookies.find((cookie) => cookie.startsWith('session_id=')) ?? '';
  check(/^session_id=[\w-]{43}; .*Secure/.test(id) && id.includes('HttpOnly'), `set: ${told(set)}`);
  const stolen = new Visitor(cloud.endpoint, url);
  stolen.jar.store(set.setCookies);
  const read = await visitor.open('/read');
  check(answer(read).note === 'kept' && read.setCookies.length === 0, `read: ${told(read)}`);
  const out = await visitor.open('/sign-out', 'POST');
  check(out.setCookies.some((cookie) => cookie.startsWith('session_id=;')), `sign out: ${told(out)}`);
  const after = await stolen.open('/read');
  check(answer(after).note === null, `the old cookie still reads: ${told(after)}`);
  return `new, 1 cookie with ${id.replace(/^[^;]*; /, '')}, "kept", cookie cleared; the old cookie finds nothing`;
}

async function signIn(cloud: Cloud, url: string): Promise<string> {
  const [laptop, phone] = [new Visitor(cloud.endpoint, url), new Visitor(cloud.endpoint, url)];
  const pages = [await laptop.open('/sign-in', 'POST'), await phone.open('/sign-in', 'POST'), await laptop.open('/read'), await phone.open('/read')];
  check(pages.every((page) => answer(page).note === 'ada'), pages.map(told).join('; '));
  const all = await laptop.open('/out-everywhere', 'POST');
  check(all.status === 200, told(all));
  const after = [await laptop.open('/read'), await phone.open('/read')];
  check(after.every((page) => answer(page).note === null), after.map(told).join('; '));
  return 'both read "ada"; after one call neither has a session';
}

async function withoutPolicy(cloud: Cloud, url: string): Promise<string> {
  const { policy } = await grantedBy(cloud, STACK);
  const { roleName, policyName, statements } = policy;
  const put = (kept: typeof statements) => cloud.iam.send(new PutRolePolicyCommand({
    RoleName: roleName,
    PolicyName: policyName,
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: kept }),
  }));
  const visitor = new Visitor(cloud.endpoint, url);
  await visitor.open('/set', 'POST');
  const harmless = { Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' };
  await put([harmless, ...statements.filter((statement) => !onDynamoDb(policy).includes(statement))]);
  const denied = await visitor.open('/read');
  await put([...statements]);
  const again = await visitor.open('/read');
  check(denied.status === 500 && denied.setCookies.length === 0, `without the policy: ${told(denied)}`);
  check(answer(again).note === 'kept', `with the policy again: ${told(again)}`);
  return '500 and no cookie; then "kept"';
}

/** How many items a table holds. */
export async function itemsOf(cloud: Cloud, tableName: string): Promise<number> {
  const { Count = 0 } = await cloud.dynamodb.send(new ScanCommand({ TableName: tableName, Select: 'COUNT', ConsistentRead: true }));
  return Count;
}

function answer({ body }: Page): Answer {
  try {
    return Object(JSON.parse(body)) as Answer;
  } catch {
    return {};
  }
}

/** A page without the values of its cookies. */
function told({ status, setCookies, body }: Page): string {
  return `${status} ${body.slice(0, 200)} [${setCookies.map((cookie) => cookie.replace(/=[^;]+/, '=…')).join(' | ')}]`;
}
