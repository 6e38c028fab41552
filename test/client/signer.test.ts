import { createRequire } from 'node:module';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { Credentials, Signer, amzDate, canonicalPath } from '../../src/runtime/client/lean/signer';
import { Sha256 } from '../support/sha256';

/**
 * AWS's own vectors, those of POST requests without a query.
 *
 * @see https://docs.aws.amazon.com/general/latest/gr/signature-v4-test-suite.html
 */
describe('AWS’s test suite', () => {
  const SUITE: Credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
  const TIME = '20150830T123600Z';
  const HOST = ['host', 'example.amazonaws.com'];
  const DATE = ['x-amz-date', TIME];
  const TOKEN = 'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/'
    + 'qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7Z'
    + 'D0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

  test.each([
    ['post-vanilla', [...HOST, ...DATE], '', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'post-header-key-sort', [...HOST, 'my-header1', 'value1', ...DATE], '',
      'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
    ],
    [
      'post-header-value-case', [...HOST, 'my-header1', 'VALUE1', ...DATE], '',
      'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
    ],
    [
      'post-sts-header-before', [...HOST, ...DATE, 'x-amz-security-token', TOKEN], '',
      '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
    ],
    [
      'post-x-www-form-urlencoded', ['content-type', 'application/x-www-form-urlencoded', ...HOST, ...DATE], 'Param1=value1',
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ])('%s', (_, headers, body, signature) => {
    const names = headers.filter((__, at) => at % 2 === 0).join(';');
    expect(new Signer('us-east-1', 'service').sign('/', headers, body, SUITE, TIME)).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
    );
  });
});

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const token = fc.string({ unit: fc.constantFrom(...'AZaz09+/=!~"%'), minLength: 1, maxLength: 60 });
const day = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
const path = fc.array(fc.constantFrom('a', 'é', ' ', '%20', '+', '(', '~', "'", '*', '!', '/', ':', '@', '日'), { maxLength: 8 });

test('a signature without crypto.hash, which came with Node 20.12, is the same', () => {
  const crypto = createRequire(__filename)('node:crypto') as { hash: unknown };
  const sign = () => new Signer('us-east-1', 'dynamodb').sign('/', ['host', 'a'], '{"✓":1}', { accessKeyId: 'a', secretAccessKey: 'b' }, '20260101T000000Z');
  const [{ hash }, expected] = [crypto, sign()];
  try {
    crypto.hash = undefined;
    expect(sign()).toBe(expected);
  } finally {
    crypto.hash = hash;
  }
});

/** Requests as the lean client makes them. */
const REQUEST = fc.record({
  region: fc.constantFrom('us-east-1', 'eu-west-1', 'us-gov-west-1', 'cn-north-1'),
  host: fc.constantFrom('dynamodb.eu-west-1.amazonaws.com', 'localhost:8000', '[::1]:8000'),
  credentials: fc.record({ accessKeyId: token, secretAccessKey: text, sessionToken: fc.option(token, { nil: undefined }) }),
  path: path.map((parts) => new URL(`http://a/${parts.join('').replace(/^\/+/, '')}`).pathname.replaceAll(/\/{2,}/g, '/')),
  body: text,
  date: day,
});

test('every request is signed as the SDK’s signer signs it', async () => {
  const signers = new Map<string, Signer>();
  await fc.assert(fc.asyncProperty(REQUEST, async ({ region, host, credentials, path: pathname, body, date }) => {
    const { sessionToken, ...keys } = credentials;
    const used: Credentials = { ...keys, ...(sessionToken !== undefined && { sessionToken }) };
    const time = amzDate(date.getTime());
    const headers = { 'content-type': 'application/x-amz-json-1.0', host, 'x-amz-target': 'DynamoDB_20120810.GetItem' };
    const sdk = new SignatureV4({ service: 'dynamodb', region, credentials: used, sha256: Sha256, applyChecksum: false });
    const request = { method: 'POST', protocol: 'http:', hostname: 'a', path: pathname, query: {}, headers, body };
    const expected = (await sdk.sign(request, { signingDate: date })).headers;
    const given = Object.entries({ ...headers, 'x-amz-date': time, ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }) });
    // One signer a Region, so that its kept key is used again, and not for another secret or day.
    const signer = signers.get(region) ?? new Signer(region, 'dynamodb');
    signers.set(region, signer);
    expect(time).toBe(expected['x-amz-date']);
    expect(signer.sign(canonicalPath(pathname), given.sort().flat(), body, used, time)).toBe(expected.authorization);
    expect(signer.sign(canonicalPath(pathname), given.sort().flat(), Buffer.from(body), used, time)).toBe(expected.authorization);
  }), { numRuns: 500 });
});
