import { ENTRY_POINTS } from '../projenrc/entry-points';

/** What stands on a page of the reference, in this order: the exports of one entry point under one heading. */
export interface Section {
  readonly heading: string;
  /** The entry point, as in `exports` of package.json. */
  readonly entry: string;
  /** All that no page before shows where it is left out: values first, then types. */
  readonly names?: readonly string[];
}

export interface Page {
  readonly file: string;
  readonly title: string;
  /** What a reader should know before the first name. */
  readonly intro: string;
  readonly sections: readonly Section[];
}

const section = (heading: string, entry: string, names: string): Section => ({ heading, entry, names: names.split(' ') });

/** The adapters that have an entry point of their own have a page of their own, which nobody has to add here. */
const ADAPTERS = Object.entries(ENTRY_POINTS).filter(([, source]) => source.startsWith('runtime/adapters/')).map(([entry]) => entry);
const ADAPTER_PAGES = ADAPTERS.map((entry): Page => ({
  file: entry.slice(2),
  title: `The adapter \`${entry.slice(2)}\``,
  intro: `Import from \`cdk-session-table${entry.slice(1)}\`. [Frameworks](../frameworks.md) shows a whole app.`,
  sections: [{ heading: 'What it exports', entry }],
}));

/**
 * The pages of `docs/api`. Every export of every other entry point has its
 * place here: the build fails for one that is forgotten.
 */
export const PAGES: readonly Page[] = [
  {
    file: 'construct',
    title: 'The construct',
    intro: 'Import from `cdk-session-table`. For your infrastructure code; a handler never imports it.',
    sections: [
      section('The table', '.', 'SessionTable SessionTableProps SessionOptions SessionCookieProps'),
      section('What a table does', '.', 'ISessionTable SessionAlarms SessionAlarmsProps'),
      section('A table of another stack', '.', 'SessionTableAttributes'),
      section('Values', '.', 'SameSite SessionConsistency CookiePriority SessionAccess IEnvironmentReceiver'),
    ],
  },
  {
    file: 'runtime',
    title: 'The runtime',
    intro: 'Import from `cdk-session-table/runtime`, or from `cdk-session-table/lean`, which has the same names '
      + 'on a smaller client.\n\n'
      + 'In the examples `sessions` is a factory, `session` an open session and `request` a request of the factory.',
    sections: [
      section('The factory', './runtime', 'sessionFactory SessionFactoryOptions SessionCookieOptions SessionFactory'),
      section('The session', './runtime', 'Session RegenerateOptions FlashOptions CsrfRequest CsrfOptions HeaderRecord HeaderGetter'),
      section('A request without an adapter', './runtime',
        'SessionRequest SessionRequestInit RequestOutcome FinishedRequest SessionHeaders applyHeaders HeaderSink'),
      section('Sessions by id', './runtime', 'SessionsById SessionById'),
      section('Errors', './runtime',
        'SessionError SessionErrorCode SessionUnavailableError SessionEndedError SessionConflictError SessionTooLargeError'
        + ' SessionErrorOptions'),
      section('Events', './runtime', 'SessionEvent'),
      section('Metrics: `cdk-session-table/emf`', './emf', 'emfEvents EmfOptions'),
      section('Expired sessions: `cdk-session-table/expired`', './expired',
        'expiredHandler ExpiredSession ExpiredHandlerOptions ExpiredStreamEvent ExpiredStreamResponse'),
      section('Moving in: `cdk-session-table/connect-dynamodb`', './connect-dynamodb', 'connectDynamoDb ConnectDynamoDbOptions'),
      section('The lean client: `cdk-session-table/lean`', './lean', 'sessionFactory leanClient LeanClientOptions'),
      section('What you can replace', './runtime',
        'Codec JsonData JsonValue Clock SessionMigration ClientOfSdk SessionClient CallOptions GetItemInput'
        + ' PutItemInput UpdateItemInput DeleteItemInput KeyInput ConditionInput TransactWriteItemsInput TransactWriteItem Item'
        + ' AttributeValue'),
    ],
  },
  {
    file: 'adapters',
    title: 'The adapters',
    intro: 'Each takes a session factory and adds the same two functions to what your framework hands to a route. '
      + '[Frameworks](../frameworks.md) shows a whole app for each.\n\n'
      + `With an entry point of their own: ${ADAPTERS.map((entry) => `[${entry.slice(2)}](${entry.slice(2)}.md)`).join(', ')}. `
      + 'What Lambda itself calls is in `cdk-session-table/runtime`:',
    sections: [
      section('What all of them add', './runtime', 'WithSession'),
      section('Lambda', './runtime', 'lambdaHandler routeOf LambdaHttpEvent LambdaContext LambdaHttpResponse'),
      section('Response streaming', './runtime', 'lambdaStream LambdaStreamResponse StreamifiedHandler'),
      section('Authorizers', './runtime',
        'sessionAuthorizer AuthorizerEvent AuthorizerResult AuthorizerPolicy AuthorizerAnswer AuthorizerValues'),
      section('Fetch', './runtime', 'fetchHandler FetchRequest FetchResponse PlatformRequest'),
    ],
  },
  ...ADAPTER_PAGES,
  {
    file: 'users',
    title: 'Users',
    intro: '`session.signIn(userId)` makes a session one of a user\'s; `sessions.user(userId)` lists and ends them. '
      + '[Users](../users.md) tells when to use which.',
    sections: [
      section('Their sessions', './runtime', 'SignInOptions UserSessions UserSession UserListOptions EndAllOptions'),
    ],
  },
  {
    file: 'testing',
    title: 'The testing kit',
    intro: 'Import from `cdk-session-table/testing`, in tests alone. [Testing](../testing.md) shows whole tests.',
    sections: [
      section('Visitors', './testing', 'visitor signedIn Visitor VisitorOptions VisitOptions Visit CookieJar EventShape AnyHandler'),
      section('Tables', './testing',
        'memoryTable MemoryTable MemoryTableOptions MemoryTransactInput startEmbeddedTable EmbeddedTable createSessionTable'),
      section('Time', './testing', 'FakeClock'),
    ],
  },
];

/** Exports that no page shows, because nobody writes their names: jsii has to see the base of the construct. */
export const UNSHOWN: readonly string[] = ['SessionTableBase'];
