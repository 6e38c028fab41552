import { Outcome } from './fault-cell';
import { Observed } from './fault-matrix';
import { VERBS, VerbName } from './fault-verbs';

const INTRODUCTION = `# What faults come to

What a handler, a browser and the table see when a call to DynamoDB fails. Written by \`npx projen fault-matrix\` from what
the tests observed; \`npm run test:faults\` fails where this page and the library differ.

A cell has the status of the answer, then what the browser's next request finds, once all is well again:

- **done**: what the request asked for is stored (a sign-out: the session is gone)
- **not done**: everything is as it was before; the visitor may try again
- **ended**: the session is gone, though it was not to be; the visitor signs in again
- **+ orphan**: an item is left whose id nobody has; TTL deletes it

An answer other than 200 never carries an id cookie. What failed for good is never applied later: nothing runs after the answer.
503 is \`SessionUnavailableError\`, which \`lambdaHandler\` answers. 500 is the same error with the code \`configuration\`, which no
repetition mends, or \`SessionConflictError\`, thrown to the handler: an exact update whose outcome nobody can tell. Who catches them
decides otherwise.

*own* is the client that the library makes, of the SDK or lean: single attempts, repeated by the library until the deadline.
*given* is a \`DynamoDBClient\` or \`DynamoDBDocumentClient\` of the user's, with the SDK's four attempts.
`;

const NOTES = `
## Why it is so

- A \`200\` without a body is no answer: every one of DynamoDB's has a request id. The SDK alone takes it for success.
- A session that cannot be extended for now is no reason to refuse a page that is read already; the next request extends it.
- The SDK does not look at \`x-amz-crc32\`; the lean client does, and asks again.
- The SDK does not repeat a call that met its deadline or an HTML page; the library repeats those of its own clients.
- Credentials that have expired are read again once. If they are still the same, nothing was applied, and other attempts are of no use.
- A given client reports each of the SDK's attempts, so a call that was only throttled is known not to have been applied.
- A new id whose answer is lost for good ends the session: the former item may be ended already, and the new id must not
  get out. It loses a sign-in rather than leave two sessions.
- A transaction of a sign-in or of \`endAll\` is repeated under the same token, and DynamoDB applies it once. So a lost response
  leaves an orphan only where it was lost for good; that session is in the user's list, and \`endAll\` ends it.
- A stale read that misses the session gives an empty one. Before anything is stored for it one strong read finds out, so
  the cookie of a session that lives is never replaced.
`;

/** The page of the outcomes. */
export function renderMatrix(observed: readonly Observed[]): string {
  const parts = [
    INTRODUCTION,
    '## One call fails, and the next would not\n',
    renderTable(observed.filter(({ lasts }) => !lasts)),
    '\n## Every call fails, until the deadline\n',
    renderTable(observed.filter(({ lasts }) => lasts)),
    NOTES,
  ];
  return parts.join('\n');
}

function renderTable(observed: readonly Observed[]): string {
  const verbs = Object.keys(VERBS) as VerbName[];
  const faults = [...new Set(observed.map(({ fault }) => fault))];
  const rows = faults.map((fault) => {
    const cells = verbs.map((verb) => renderCell(observed.filter((one) => one.fault === fault && one.verb === verb)));
    return `| ${fault} | ${cells.join(' | ')} |`;
  });
  return [`| | ${verbs.map((verb) => `\`${verb}\``).join(' | ')} |`, `|---|${verbs.map(() => '---').join('|')}|`, ...rows].join('\n');
}

/** One text where all clients agree, else one for each of those that do. */
function renderCell(observed: readonly Observed[]): string {
  const clients = new Map<string, string[]>();
  for (const { client, verb, outcome } of observed) {
    const text = renderOutcome(verb, outcome);
    clients.set(text, [...(clients.get(text) ?? []), client]);
  }
  if (clients.size === 1) return [...clients.keys()].join('');
  return [...clients].map(([text, names]) => `${shortNames(names)}: ${text}`).join('; ');
}

function shortNames(names: readonly string[]): string {
  return names
    .join(', ')
    .replace('own SDK client, lean client', '*own*')
    .replace('given DynamoDBClient, given DynamoDBDocumentClient', '*given*')
    .replace('own SDK client', '*own of the SDK*')
    .replace('lean client', '*lean*');
}

function renderOutcome(verb: VerbName, { status, stored, orphans }: Outcome): string {
  // A request that only reads leaves nothing undone.
  const isRead = verb === 'load' || verb === 'touch';
  return `${status}${isRead && stored === 'done' ? '' : ` ${stored}`}${orphans === 0 ? '' : ' + orphan'}`;
}
