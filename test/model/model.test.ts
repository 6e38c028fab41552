import fc from 'fast-check';
import { runs } from './runs';
import { Round, STEPS, Shop, Visit } from './shop';

const visit: fc.Arbitrary<Visit> = fc.record({
  visitor: fc.constantFrom(0, 0, 1),
  cookies: fc.constantFrom('own', 'own', 'own', 'own', 'old', 'garbage', 'duplicate'),
  steps: fc.array(fc.constantFrom(...STEPS), { maxLength: 4 }),
  end: fc.constantFrom('commit', 'commit', 'commit', 'fail'),
});

const round: fc.Arbitrary<Round> = fc.record({
  wait: fc.constantFrom(0, 0, 1, 25, 130, 600, 1199, 1200, 3000),
  sweep: fc.boolean(),
  visits: fc.array(visit, { minLength: 1, maxLength: 4 }),
});

const rounds = fc.array(round, { minLength: 1, maxLength: 6 });
/** For each call in turn, whether its answer is lost. */
const losses = fc.array(fc.boolean(), { maxLength: 12 });

test('whatever visitors do at once, nothing acknowledged is lost, nothing ended comes back, nobody sees another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), rounds, losses, async (s, all, lost) => {
      const shop = new Shop(s, lost);
      for (const each of all) await shop.play(s, each);
      expect([...shop.problems]).toEqual([]);
    }),
    runs(1000, 100_000),
  );
}, 3_600_000);
