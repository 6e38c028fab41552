import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** The emulator cannot make these; nothing that is proven here rests on them. */
const LEFT_OUT: readonly { readonly what: string; is(resource: Resource): boolean }[] = [
  { what: 'alarm with metric math', is: ({ Type, Properties }) => Type === 'AWS::CloudWatch::Alarm' && Properties?.Metrics !== undefined },
  { what: 'flow log', is: ({ Type }) => Type === 'AWS::EC2::FlowLog' },
];

/**
 * Takes out of the synthesised templates what the emulator cannot make, and fills
 * in the addresses of a VPC, for which it has no attribute.
 *
 * @returns what was left out, as text
 */
export function leaveOut(assembly: string): string[] {
  const templates = readdirSync(assembly).filter((file) => file.endsWith('.template.json'));
  return templates.flatMap((file) => {
    const path = join(assembly, file);
    const template = JSON.parse(readFileSync(path, 'utf8')) as { Resources: Record<string, Resource> };
    const found = Object.entries(template.Resources).flatMap(([id, resource]) => {
      const limit = LEFT_OUT.find(({ is }) => is(resource));
      if (limit === undefined) return [];
      delete template.Resources[id];
      return [`${limit.what} ${id}`];
    });
    writeFileSync(path, JSON.stringify(withAddresses(template)));
    return found;
  });
}

function withAddresses(template: { readonly Resources: Record<string, Resource> }): unknown {
  const block = (id: unknown) => template.Resources[String(id)]?.Properties?.CidrBlock;
  return JSON.parse(JSON.stringify(template), (_key, value: unknown) => {
    const attribute = (Object(value) as { 'Fn::GetAtt'?: unknown })['Fn::GetAtt'];
    return Array.isArray(attribute) && attribute[1] === 'CidrBlock' ? block(attribute[0]) : value;
  });
}
