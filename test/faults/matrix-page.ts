import { Outcome } from './fault-cell';
import { Observed } from './fault-matrix';
import { VERBS, VerbName } from './fault-verbs';

const INTRODUCTION = `# Fault matrix

What a handler, a browser and the table see when a call to DynamoDB fails. \`npx projen fault-matrix\` writes this page from
what the tests observed; \`npm run test:faults\` fails if the page and the library differ.

A cell has the status of the response, then what the browser's next request finds once the fault is over:

- **done**: the change is stored (a sign-out: the session is gone)
- **not done**: everything is as it was before; the visitor can try again
- **ended**: the session is gone, though nobody signed out; the visitor signs in again
- **+ orphan**: an item is left whose id nobody has; TTL deletes it

A response other than 200 never carries an id cookie. Nothing runs after the response, so a call that failed is not applied later.
503 is \`SessionUnavailableError\`, which \`lambdaHandler\` turns into a response. 500 is the same error with the code
\`configuration\`, which repeating doesn't help, or \`SessionConflictError\`, thrown to the handler: an exact update whose outcome
nobody can tell. If you catch them, you decide on the response.

*own* is a client that the library makes, the SDK's or the lean one: single attempts, repeated by the library until the deadline.
*given* is your \`DynamoDBClient\` or \`DynamoDBDocumentClient\`, with the SDK's four attempts.
`;

const NOTES = `
## Why

- A \`200\` without a body did not come from DynamoDB, whose responses all have a request id. The SDK alone takes it for success.
- If a session cannot be extended, the page is still served, because the session has been read; the next request extends it.
- The SDK ignores \`x-amz-crc32\`; the lean client checks it, and repeats the call.
- The SDK does not repeat a call that timed out or got an HTML page; with its own clients the library does.
- Expired credentials are read again once. If they have not changed, the library gives up: nothing was applied, and repeating won't help.
- A given client reports each of the SDK's attempts, so the library knows that a call that was only throttled was not applied.
- If the response to a new id is lost for good, the session ends: the old item may have ended already, and the new id must not
  get out. That costs a sign-in, but never leaves two sessions.
- A transaction of a sign-in or of \`endAll\` is repeated under the same token, and DynamoDB applies it once. So only a response
  that is lost for good leaves an orphan; that session is in the user's list, and \`endAll\` ends it.
- A stale read that misses the session gives an empty one. One strong read checks it before anything is stored, so the cookie
  of a live session is never replaced.
`;

/** The page of the outcomes. */
export function renderMatrix(observed: readonly Observed[]): string {
  const parts = [
    INTRODUCTION,
    '## One call fails, the next succeeds\n',
    renderTable(observed.filter(({ lasts }) => !lasts)),
    '\n## Every call fails until the deadline\n',
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
