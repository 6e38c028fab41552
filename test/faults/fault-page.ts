import { Cell, Outcome } from './fault-cell';
import { ClientName } from './fault-clients';
import { VerbName } from './fault-verbs';
import { FaultName } from '../support/fault-proxy';

const HEAD = `# What faults come to

Each cell is a request whose call of DynamoDB meets the fault, made through a proxy by a real client, and then a second
request when all is well again. This page is written from what the tests found (\`test/faults\`, with \`UPDATE_DOCS=1\`), and
a test fails where it is no longer true.

- **200**: the visitor notices nothing. **503**: \`SessionUnavailableError\`, with \`Retry-After\` and without an id cookie.
  **500**: \`SessionConflictError\`, because nobody can tell whether an exact update was applied.
- **done**, **not done**: what the next request finds. **gone**: the visitor is signed out; nobody else is let in.
- No cell sends an id cookie with a failure, two id cookies, or brings back a session that was ended.

Own clients are the ones that the library makes, with single attempts that the store repeats. Given clients are used as
they are, here with two attempts of the SDK's own. A wrong checksum is for the lean client to see: the SDK does not look.
`;

/** The matrix as Markdown: a table for the fault that passes, and one for the fault that stays. */
export function matrixPage(
  faults: readonly FaultName[],
  verbs: readonly VerbName[],
  clients: readonly ClientName[],
  outcomeOf: (cell: Cell) => Outcome | undefined,
): string {
  const tables = [false, true].map((lasts) => {
    const rows = faults.map((fault) => row(fault, verbs.map((verb) => summary(clients, (client) => outcomeOf({ fault, lasts, verb, client })))));
    const head = `| fault | ${verbs.join(' | ')} |\n|${'---|'.repeat(verbs.length + 1)}`;
    return `\n## The fault ${lasts ? 'stays' : 'passes after one call'}\n\n${head}\n${rows.join('\n')}\n`;
  });
  return HEAD + tables.join('');
}

function row(fault: string, cells: readonly string[]): string {
  return `| ${fault} | ${cells.join(' | ')} |`;
}

/** One outcome where all clients agree, or one for each group of them. */
function summary(clients: readonly ClientName[], outcomeOf: (client: ClientName) => Outcome | undefined): string {
  const groups = new Map<string, string[]>();
  for (const client of clients) {
    const outcome = outcomeOf(client);
    const text = outcome === undefined ? 'not run' : `${outcome.status}, ${outcome.then === 'neither' ? 'gone' : outcome.then}`;
    groups.set(text, [...(groups.get(text) ?? []), client.replace(/ client$/, '').replace('DynamoDB', '').replace('given Client', 'given')]);
  }
  const [only] = groups.keys();
  return groups.size === 1 ? (only ?? '') : [...groups].map(([text, names]) => `${names.join(', ')}: ${text}`).join('<br>');
}
