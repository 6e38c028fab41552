import { Stack, Token } from 'aws-cdk-lib';
import { IConstruct, IValidation } from 'constructs';

/** A construct that gives its table a physical name. */
interface NamedTable extends IConstruct {
  readonly _physicalName: string | undefined;
}

/** Finds, at synth, a second table of this app with the same name in the same account and Region. */
export function sameNameCheck(self: NamedTable, isTable: (node: IConstruct) => node is NamedTable): IValidation {
  return {
    validate: () =>
      self.node.root.node
        .findAll()
        .filter(isTable)
        .filter((other) => other !== self && other._physicalName === self._physicalName && inSamePlace(self, other))
        .map((other) => `tableName is ${JSON.stringify(self._physicalName)}; allowed: a name that no other table has; ${other.node.path} has it`),
  };
}

/** Stacks whose place is known at deployment only may be deployed to different ones. */
function inSamePlace(one: IConstruct, other: IConstruct): boolean {
  const [here, there] = [Stack.of(one), Stack.of(other)];
  if (here === there) return true;
  const places = [here.account, here.region];
  return !Token.isUnresolved(places.join()) && places.join() === [there.account, there.region].join();
}
