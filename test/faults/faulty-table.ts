import { Engine } from '../support/engines';
import { FaultProxy } from '../support/fault-proxy';
import { TestTable } from '../support/table';

/** A table with a proxy before it that fails on demand, for the tests of a block. */
export class FaultyTable {
  public static on(engine?: Engine): FaultyTable {
    const faulty = new FaultyTable();
    beforeAll(async () => {
      // The library logs each failure, and they are many.
      jest.spyOn(console, 'error').mockImplementation(() => undefined);
      faulty.table = await TestTable.start(engine);
      faulty.proxy = await FaultProxy.start(faulty.table.endpoint);
    });
    afterEach(() => faulty.proxy.heal());
    afterAll(async () => {
      await faulty.proxy.stop();
      await faulty.table.stop();
    });
    return faulty;
  }

  public table!: TestTable;
  public proxy!: FaultProxy;
}
