/** Two requests of one browser, through whichever build of the package was loaded. */
const assert = require('node:assert/strict');

module.exports = async function twoVisits({ lambdaHandler, sessionFactory }, { CookieJar, startEmbeddedTable }) {
  const table = await startEmbeddedTable();
  try {
    const sessions = sessionFactory({ tableName: table.tableName, client: table.client });
    const handler = lambdaHandler(sessions, async (_event, context) => {
      const session = await context.session();
      session.set('visits', (session.get('visits') ?? 0) + 1);
      return { statusCode: 200, body: String(session.get('visits')) };
    });
    const jar = new CookieJar();
    for (const visits of ['1', '2']) {
      const event = { version: '2.0', cookies: jar.cookies(), requestContext: { http: { method: 'GET' } } };
      const response = await handler(event, { getRemainingTimeInMillis: () => 10_000 });
      jar.store(response.cookies ?? []);
      assert.equal(response.body, visits);
    }
  } finally {
    await table.stop();
  }
};
