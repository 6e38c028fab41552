import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_ENV_PREFIX, ENV, KEY_ATTRIBUTE, KEY_TYPE, OPERATIONS, TTL_ATTRIBUTE } from '../../src/contract';
import { resolveOptions } from '../../src/runtime/options/resolve-options';

const page = readFileSync(join(__dirname, '../../docs/without-cdk.md'), 'utf8');
const RECIPES = [...page.matchAll(/^## (.+)\n([^]*?)(?=^## |(?![^]))/gm)].map(([, name, text]): [string, string] => [name!, text!]);
const BINARY = [KEY_TYPE, '"B"', "'binary'"];

test('there is a recipe for each tool', () => {
  expect(RECIPES.map(([name]) => name)).toEqual(['AWS SAM', 'Serverless Framework', 'Terraform and OpenTofu', 'SST']);
});

describe.each(RECIPES)('the recipe for %s', (_name, text) => {
  test('names the key with its type, and the attribute of TTL', () => {
    expect(text).toMatch(new RegExp(`\\b${KEY_ATTRIBUTE}\\b`));
    expect(BINARY.some((type) => text.includes(`AttributeType: ${type}`) || text.includes(`type = ${type}`) || text.includes(`${KEY_ATTRIBUTE}: ${type}`))).toBe(true);
    expect(text).toMatch(new RegExp(`(AttributeName: |attribute_name = "|ttl: ')${TTL_ATTRIBUTE}\\b`));
  });

  test('grants exactly the actions that the runtime calls', () => {
    expect([...text.matchAll(/\bdynamodb:(\w+)/g)].map(([, action]) => action).filter((action) => action !== undefined)).toEqual([...OPERATIONS]);
  });

  test('sets the variables, with options that the runtime takes', () => {
    const [name, options] = [ENV.name, ENV.options].map((variable) => `${DEFAULT_ENV_PREFIX}${variable}`);
    expect(text).toContain(name);
    expect(text).toContain(options);
    const [, json] = /OPTIONS: '(.+)'/.exec(text) ?? [];
    const given = json ?? '{"timeout":1800}';
    expect(resolveOptions({}, { [name!]: 'Sessions', [options!]: given })).toMatchObject({ tableName: 'Sessions', timeout: 1800 });
  });
});
