/** Names that people bring from elsewhere and that are like none of ours. */
const ALIASES: Readonly<Record<string, string>> = { table: 'tableName', ttl: 'timeout' };

/** The known name that is meant by an unknown one, if one is near: the same but for case and signs, or a part of it, or nearly the same. */
export function suggestName(unknown: string, known: readonly string[]): string | undefined {
  const plain = lettersOf(unknown);
  return (
    known.find((name) => lettersOf(name) === plain) ??
    known.find((name) => lettersOf(name.split('.').at(-1) as string) === plain) ??
    known.find((name) => isNear(lettersOf(name), plain)) ??
    (Object.hasOwn(ALIASES, plain) ? ALIASES[plain] : undefined)
  );
}

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
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
