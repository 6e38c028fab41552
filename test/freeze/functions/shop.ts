import { lambdaHandler, sessionFactory } from '../../../src/runtime';

interface ShopData {
  round: number;
  count: number;
}

const sessions = sessionFactory<ShopData>({ deadline: 1500 });

/** Tells the round that was stored before and how often it counted, and stores the next. */
export const handler = lambdaHandler(sessions, async (event, context) => {
  const session = await context.session();
  const before = { round: session.get('round') ?? 0, count: session.get('count') ?? 0 };
  const round = Number(event.rawQueryString);
  session.set('round', round);
  if (round % 3 === 0) await session.update('count', (count = 0) => count + 1);
  return { statusCode: 200, body: JSON.stringify(before) };
});
