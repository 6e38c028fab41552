import { AuthorizerEvent, LambdaHttpEvent, lambdaHandler, sessionAuthorizer, sessionFactory } from '../../src/runtime';
import { Scene } from '../support/scene';
import { ShopData, Visitor } from '../support/visitor';

const scene = Scene.on();
const ARN = 'arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/cart';

type Kind = 'REST API' | 'WebSocket API' | 'HTTP API, payload 1.0' | 'HTTP API, payload 2.0';

const MAKERS: Readonly<Record<Kind, (cookie: string) => AuthorizerEvent>> = {
  'REST API': (cookie) => ({
    ...{ type: 'REQUEST', methodArn: ARN, resource: '/cart', path: '/cart', httpMethod: 'GET', headers: { Cookie: cookie } },
    ...{ multiValueHeaders: { Cookie: [cookie] }, requestContext: { stage: 'prod' } },
  }),
  'WebSocket API': (cookie) => ({
    ...{ type: 'REQUEST', methodArn: ARN.replace('GET/cart', '$connect'), headers: { Cookie: cookie }, multiValueHeaders: { Cookie: [cookie] } },
    requestContext: { routeKey: '$connect', eventType: 'CONNECT', connectionId: 'c' },
  }),
  'HTTP API, payload 1.0': (cookie) => ({
    ...{ version: '1.0', type: 'REQUEST', methodArn: ARN, headers: { cookie }, httpMethod: 'GET', path: '/cart', requestContext: { stage: '$default' } },
  }),
  'HTTP API, payload 2.0': (cookie) => ({
    ...{ version: '2.0', type: 'REQUEST', routeArn: ARN, cookies: cookie.split('; '), headers: {}, rawPath: '/cart' },
    requestContext: { http: { method: 'GET' } },
  }),
};
const KINDS = Object.keys(MAKERS) as Kind[];

function sessionsOf(options = {}) {
  return sessionFactory<ShopData>({ tableName: scene.table.name, client: scene.client, clock: scene.clock, ...options });
}

function cookieOf(visitor: Visitor): string {
  return visitor.jar.header() ?? '';
}

describe.each(KINDS)('the authorizer of a %s', (kind) => {
  const decide = sessionAuthorizerOf((session) => (session.has('name') ? { name: session.get('name') } : undefined));

  test('lets a visitor pass whose session it accepts, and tells the integration what it gave', async () => {
    const event = MAKERS[kind](cookieOf(await scene.signedIn()));
    const result = await decide(event);
    if (kind === 'HTTP API, payload 2.0') {expect(result).toEqual({ isAuthorized: true, context: { name: 'Ada' } });} else {
      expect(result).toEqual({
        principalId: expect.stringMatching(/^[0-9a-f]{16}$/),
        policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }] },
        context: { name: 'Ada' },
      });
    }
  });

  test('refuses a visitor without a session, and without a call', async () => {
    const result = await decide(MAKERS[kind]('theme=dark'));
    scene.table.takeCalls();
    if (kind === 'HTTP API, payload 2.0') expect(result).toEqual({ isAuthorized: false, context: {} });
    else expect(result).toMatchObject({ principalId: 'anonymous', policyDocument: { Statement: [{ Effect: 'Deny' }] }, context: {} });
  });

  test('reads once and never extends the session, however old it is', async () => {
    const visitor = await scene.signedIn();
    scene.clock.advanceSeconds(600);
    await decide(MAKERS[kind](cookieOf(visitor)));
    expect(scene.table.takeCalls()).toEqual(['GetItem']);
  });
});

function sessionAuthorizerOf(decide: Parameters<typeof sessionAuthorizer<ShopData>>[1]) {
  return (event: AuthorizerEvent) => sessionAuthorizer<ShopData>(sessionsOf(), decide)(event);
}

test('a decision may be true or false alone, or come later', async () => {
  const event = MAKERS['HTTP API, payload 2.0'](cookieOf(await scene.signedIn()));
  const decisions = [true, false, Promise.resolve(true), Promise.resolve(undefined), {}];
  const results = await Promise.all(decisions.map((decision) => sessionAuthorizerOf(() => decision)(event)));
  expect(results.map(({ isAuthorized }) => isAuthorized)).toEqual([true, false, true, false, true]);
});

test.each<[string, unknown]>([
  ['null, as a key may hold', null], ['an empty text', ''], ['a text', 'ada'], ['0', 0], ['NaN', NaN], ['1', 1], ['a function', () => true],
])('a decision that is neither true nor an object of values lets nobody pass: %s', async (_, decision) => {
  const decide = sessionAuthorizerOf(() => decision as boolean);
  expect((await decide(MAKERS['HTTP API, payload 2.0'](''))).isAuthorized).toBe(false);
  expect(await decide(MAKERS['REST API'](''))).toMatchObject({ policyDocument: { Statement: [{ Effect: 'Deny' }] } });
});

test('a decision that changes the session fails, and nothing is written', async () => {
  const visitor = await scene.signedIn();
  const event = MAKERS['REST API'](cookieOf(visitor));
  const decide = sessionAuthorizerOf((session) => {
    session.set('name', 'Eve');
    return true;
  });
  await expect(decide(event)).rejects.toMatchObject({ code: 'misuse' });
  expect(scene.table.takeCalls()).toEqual(['GetItem(strong)']);
});

test('a store that denies is an error, which lets nobody pass', async () => {
  const visitor = await scene.signedIn();
  scene.client.deny('getItem');
  await expect(sessionAuthorizerOf(() => true)(MAKERS['REST API'](cookieOf(visitor)))).rejects.toMatchObject({ code: 'configuration' });
});

test('the event of a request is refused, and so is one of a TOKEN authorizer, which has no cookies', async () => {
  const decide = sessionAuthorizerOf(() => true);
  const events: [object, RegExp][] = [
    [{ version: '2.0', requestContext: { http: {} } }, /not the event of an authorizer\. Use lambdaHandler/],
    [{ type: 'TOKEN', methodArn: ARN, authorizationToken: 'x' }, /TOKEN authorizer, which gets no cookies/],
    [{}, /not the event of an authorizer/],
  ];
  for (const [event, message] of events) await expect(decide(event as AuthorizerEvent)).rejects.toThrow(message);
  await expect(decide(undefined as unknown as AuthorizerEvent)).rejects.toThrow(TypeError);
});

test.each(KINDS)('lambdaHandler refuses the event of an authorizer of a %s, and names sessionAuthorizer', async (kind) => {
  const handler = lambdaHandler(sessionsOf(), () => ({ isAuthorized: true }));
  const event = MAKERS[kind]('') as unknown as LambdaHttpEvent;
  await expect(handler(event, { getRemainingTimeInMillis: () => 30_000 })).rejects.toThrow(/lambdaHandler: this is the event of a Lambda authorizer\. Use sessionAuthorizer/);
});
