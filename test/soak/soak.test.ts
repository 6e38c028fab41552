import { runSoak } from './soak';
import { DYNALITE } from '../support/engines';

test('a short soak with many faults loses no session and revives none', async () => {
  const report = await runSoak({ engine: DYNALITE, seconds: 20, mostRequests: 600, faults: 0.05 });
  expect(report).toMatchObject({ lost: 0, revived: 0, wrong: 0 });
  expect(report.requests).toBeGreaterThan(100);
  expect(report.faults).toBeGreaterThan(3);
}, 60_000);
