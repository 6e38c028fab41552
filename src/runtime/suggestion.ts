/** Names that people bring from elsewhere, and ours. */
const ALIASES: Readonly<Record<string, string>> = {
  table: 'tableName',
  ttl: 'timeout',
  cookiename: 'cookie.name',
  maxage: 'cookie.maxAge',
  path: 'cookie.path',
  domain: 'cookie.domain',
  secure: 'cookie.secure',
  httponly: 'cookie.httpOnly',
  samesite: 'cookie.sameSite',
};

/** The known name that is meant by an unknown one, if one is near. */
export function suggestName(unknown: string, known: readonly string[]): string | undefined {
  const plain = unknown.toLowerCase().replace(/[^a-z]/g, '');
  const near = known.find((name) => name.toLowerCase() === plain) ?? known.find((name) => isNear(name.toLowerCase(), plain));
  return near ?? (Object.hasOwn(ALIASES, plain) ? ALIASES[plain] : undefined);
}

/** Whether one text becomes the other by at most two letters put in, left out or exchanged. */
function isNear(one: string, other: string): boolean {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const exchanged = (row[j - 1] as number) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return (row[other.length] as number) <= 2;
}
