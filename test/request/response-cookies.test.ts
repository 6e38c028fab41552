import { CookieWriter, ResponseCookies } from '../../src/runtime/request/cookies';

const ID = 'a'.repeat(43);
const writer = new CookieWriter({ name: 'session_id', path: '/', httpOnly: true, sameSite: 'Strict' });

function cookies(marksWrites = true): ResponseCookies {
  return new ResponseCookies(writer, true, marksWrites);
}

test('a response that changes nothing sends no cookie, and varies only if the session was opened', () => {
  expect(cookies().headers(false)).toEqual({ setCookie: [] });
  expect(cookies().headers(true)).toEqual({ setCookie: [], vary: 'Cookie' });
});

test('a response with a cookie is not to be stored', () => {
  const response = cookies();
  response.setId(ID, undefined);
  expect(response.headers(true)).toEqual({ setCookie: [writer.id(ID, true, undefined)], cacheControl: 'no-store', vary: 'Cookie' });
});

test('a write sends the recent-write cookie, where it is to be marked', () => {
  for (const marks of [true, false]) {
    const response = cookies(marks);
    response.wrote();
    response.wrote();
    expect(response.headers(false).setCookie).toEqual(marks ? [writer.recentWrite(true)] : []);
  }
});

test('the last word on the id counts, so no name is sent twice', () => {
  const response = cookies();
  response.setId(ID, undefined);
  response.wrote();
  response.clearId();
  expect(response.headers(true).setCookie).toEqual([writer.clear(true)]);
  response.setId('b'.repeat(43), 60);
  response.wrote();
  expect(response.headers(true).setCookie).toEqual([writer.id('b'.repeat(43), true, 60), writer.recentWrite(true)]);
});

test('a session that has ended takes its id and its mark out of the response', () => {
  const response = cookies();
  response.setId(ID, 60);
  response.wrote();
  response.withdraw();
  expect(response.headers(true)).toEqual({ setCookie: [], vary: 'Cookie' });
  expect(response.idCookie).toBeUndefined();
});

test('a session that has ended does not take back the removal of another one\'s cookie', () => {
  const response = cookies();
  response.clearId();
  response.setId(ID, 60);
  response.withdraw();
  expect(response.idCookie).toBe(writer.clear(true));
});
