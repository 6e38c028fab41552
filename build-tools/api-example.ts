/**
 * What the examples in doc comments assume, so that the test of all snippets can
 * compile them: `<!-- given: … -->`, which readers don't see.
 */
const RUNTIME = "import('cdk-session-table/runtime')";

const GIVEN: Readonly<Record<string, string>> = {
  session: `declare const session: ${RUNTIME}.Session<ShopSession>;`,
  sessions: `declare const sessions: ${RUNTIME}.SessionFactory<ShopSession>;`,
  request: `declare const request: ${RUNTIME}.SessionRequest<ShopSession>;`,
  event: `declare const event: ${RUNTIME}.LambdaHttpEvent;`,
  req: 'declare const req: { secure: boolean; method: string; headers: { cookie?: string; authorization?: string } };',
  handler: "declare const handler: import('cdk-session-table/testing').AnyHandler;",
  clock: "declare const clock: import('cdk-session-table/testing').FakeClock;",
  secret: 'declare const secret: string;',
  body: 'declare const body: { token: string };',
  expect: 'declare const expect: (value: unknown) => { toBe(other: unknown): void };',
  table: "declare const table: import('cdk-session-table/testing').MemoryTable;",
};

const SHOP = 'interface ShopSession { userId: string; cart: string[]; visits: number; state: string; seen: boolean; }';

/** The comment before an example. */
export function givenFor(code: string, entries: ReadonlyMap<string, string>): string {
  const uses = (name: string) => {
    const isDeclared = [...code.matchAll(/\b(?:const|let|import) ([^=;]*?)(?: of |=|;)/g)].some(([, names = '']) => names.split(/\W+/).includes(name));
    return !isDeclared && new RegExp(`(?<![\\w'/]|(?<!\\.\\.)\\.)${name}\\b(?!:)`).test(code);
  };
  const given = [
    ...Object.keys(GIVEN).filter(uses).map((name) => GIVEN[name]!),
    ...[...entries].filter(([name]) => uses(name)).map(([name, entry]) => `import { ${name} } from '${entry}';`),
  ];
  if (/\bShopSession\b/.test(code + given.join('')) && !/interface ShopSession/.test(code)) given.unshift(SHOP);
  return given.length === 0 ? '' : `<!-- given: ${given.join(' ')} -->\n`;
}
