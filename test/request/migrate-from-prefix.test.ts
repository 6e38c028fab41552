import { createHmac } from 'node:crypto';
import { Cookie, CookieJar } from 'tough-cookie';
import { sessionFactory } from '../../src/runtime';
import { connectDynamoDb } from '../../src/runtime/connect-dynamodb';
import { FakeClock, memoryTable } from '../../src/testing';

const SHOP = 'https://shop.example/';

test.each(['__Host-sid', '__Secure-sid'])('the old cookie %s, which browsers hold to be Secure, is cleared in a way that they take', async (cookieName) => {
  const clock = new FakeClock();
  const secret = 'keyboard cat';
  const signature = createHmac('sha256', secret).update('old').digest('base64').replace(/=+$/, '');
  const client = memoryTable({ clock });
  // The old table, in which the row is no longer there.
  jest.spyOn(client, 'getItem').mockResolvedValue({});
  const migrateFrom = connectDynamoDb({ tableName: 'sessions', secret, cookieName });
  const sessions = sessionFactory({ tableName: 'Sessions', client, clock, migrateFrom });
  const browser = new CookieJar(undefined, { prefixSecurity: 'strict' });
  await browser.setCookie(Cookie.parse(`${cookieName}=${encodeURIComponent(`s:old.${signature}`)}; Path=/; Secure; HttpOnly`)!, SHOP);
  const request = sessions.forRequest({ cookies: await browser.getCookieString(SHOP), https: true });
  await request.session();
  for (const line of (await request.commit()).setCookie) await browser.setCookie(line, SHOP);
  expect(await browser.getCookieString(SHOP)).toBe('');
});
