import fc from 'fast-check';
import { Fate } from './fated-client';
import { STEPS } from './request';
import { isDeep, runs } from './runs';
import { Round, Shop, Visit } from './shop';

const visit: fc.Arbitrary<Visit> = fc.record({
  visitor: fc.constantFrom(0, 0, 1, 2),
  cookies: fc.constantFrom('own', 'own', 'own', 'own', 'own', 'old', 'garbage', 'dead ones too', 'planted'),
  steps: fc.array(fc.constantFrom(...STEPS), { maxLength: 5 }),
  end: fc.constantFrom('commit', 'commit', 'commit', 'fail'),
  ahead: fc.constantFrom(0, 0, 0, 1, -1, 5, -5),
});
const round: fc.Arbitrary<Round> = fc.record({
  wait: fc.constantFrom(0, 0, 1, 25, 59, 61, 130, 600, 1199, 1200, 3000),
  sweep: fc.boolean(),
  visits: fc.array(visit, { minLength: 1, maxLength: 4 }),
});
const rounds = fc.array(round, { minLength: 1, maxLength: 6 });
/** For each call in turn, what becomes of it. */
const fates = fc.array(fc.constantFrom<Fate[]>('answered', 'answered', 'lost', 'late'), { maxLength: 16 });
const settings = fc.record({ compress: fc.boolean(), sealed: fc.boolean(), absoluteTimeout: fc.constantFrom(5000, 5000, undefined) });

/** Visits of few kinds, so that sign-ins, new ids and endings of one user meet. */
const userVisit: fc.Arbitrary<Visit> = fc.record({
  visitor: fc.constantFrom(0, 0, 1, 2),
  cookies: fc.constantFrom('own', 'none'),
  steps: fc.array(fc.constantFrom('userSignIn', 'userSignIn', 'renew', 'save', 'set', 'endAll', 'endOthers', 'endOne', 'signOut', 'leave'), {
    minLength: 1, maxLength: 3,
  }),
  end: fc.constant('commit'),
  ahead: fc.constantFrom(0, 0, 0, 5, -5),
});
const userRound: fc.Arbitrary<Round> = fc.record({
  wait: fc.constantFrom(0, 0, 1, 601, 1199, 4990),
  sweep: fc.boolean(),
  visits: fc.array(userVisit, { minLength: 1, maxLength: 5 }),
});
const userRounds = fc.array(userRound, { minLength: 1, maxLength: 6 });

const seeds = isDeep ? [1, 2, 3] : [1];
const WALKS = Number(process.env.WALKS || 100_000);

test.each(seeds)('whatever visitors do at once, nothing acknowledged is lost, nothing ended comes back, nobody sees another (%i)', async (which) => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), rounds, fates, settings, async (scheduler, all, fated, { absoluteTimeout, ...how }) => {
      const shop = new Shop(scheduler, fated, { ...how, ...(absoluteTimeout !== undefined && { absoluteTimeout }) });
      for (const each of all) await shop.play(each);
      await shop.end();
      expect([...shop.problems]).toEqual([]);
    }),
    runs(process.env.MUTATION === '1' ? 60 : 300, Math.ceil(WALKS / seeds.length), which),
  );
}, 7_200_000);

test.each(seeds)('whatever users do at once, no session lives unlisted or past an endAll, and most is kept (%i)', async (which) => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), userRounds, fates, async (scheduler, all, fated) => {
      const shop = new Shop(scheduler, fated, { absoluteTimeout: 5000 });
      for (const each of all) await shop.play(each);
      await shop.end();
      expect([...shop.problems]).toEqual([]);
    }),
    runs(process.env.MUTATION === '1' ? 100 : 400, Math.ceil(WALKS / seeds.length), which),
  );
}, 7_200_000);
