import { generateKeyPairSync, sign } from 'node:crypto';

/** A key and a certificate in PEM, for a server that signs for itself. */
export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
}

/** Encodes one element of DER. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const size = body.length < 128 ? [body.length] : [0x82, Math.floor(body.length / 256), body.length % 256];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const text = (tag: number, value: string) => der(tag, Buffer.from(value, 'latin1'));
const oid = (...bytes: readonly number[]) => der(0x06, Buffer.from(bytes));
const sequence = (...contents: readonly Buffer[]) => der(0x30, ...contents);
const ECDSA_WITH_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));

/**
 * Makes a certificate for 127.0.0.1. Node can read certificates but not make
 * them, and a key in the repository would be one that everybody knows.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280 section 4.1
 */
export function selfSigned(): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const name = sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), text(0x0c, 'loopback'))));
  const year = (offset: number) => text(0x17, `${String(new Date().getUTCFullYear() + offset).slice(2)}0101000000Z`);
  const address = sequence(oid(0x55, 0x1d, 0x11), der(0x04, sequence(der(0x87, Buffer.from([127, 0, 0, 1])))));
  const authority = sequence(oid(0x55, 0x1d, 0x13), der(0x04, sequence(der(0x01, Buffer.from([255])))));
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ECDSA_WITH_SHA256,
    name,
    sequence(year(-1), year(2)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(address, authority)),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', signed, privateKey));
  const lines = sequence(signed, ECDSA_WITH_SHA256, signature).toString('base64').match(/.{1,64}/g)!;
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}
