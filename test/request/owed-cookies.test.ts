/** Which cookies a response carries where something went wrong, or another request was quicker. */
import { Scene } from '../support/scene';

const scene = Scene.on();

describe('a request that fails after it saved', () => {
  test('a new id sends its cookie with the error response', async () => {
    const visitor = await scene.signedIn();
    const old = visitor.id;
    const { request, session } = await visitor.open();
    session.regenerate();
    await session.save();
    session.set('count', 1);
    const { headers, unavailable } = await request.finish({ error: new Error('the handler failed') });
    expect(unavailable).toBeUndefined();
    visitor.jar.store(headers.setCookie);
    expect(visitor.id).not.toBe(old);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
  });

  test('a first session sends its cookie with a response of 500', async () => {
    const visitor = scene.visitor();
    const { request, session } = await visitor.open();
    session.set('name', 'Ada');
    await session.save();
    session.set('count', 1);
    visitor.jar.store((await request.finish({ status: 500 })).headers.setCookie);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
  });

  test('a new id sends its cookie with the 503 of a commit that cannot be done', async () => {
    const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    session.regenerate();
    await session.save();
    session.set('count', 1);
    for (let i = 0; i < 5; i++) scene.client.loseAnswer('updateItem');
    const { headers, unavailable } = await request.finish({ status: 200 });
    expect([unavailable?.status, unavailable?.headers['retry-after']]).toEqual([503, '1']);
    visitor.jar.store(headers.setCookie);
    expect((await scene.seen(visitor))).toMatchObject({ name: 'Ada' });
    expect(log).toHaveBeenCalledTimes(1);
    log.mockRestore();
  });

  test('a new id still sends its cookie where the commit is refused as too large, once finish() is called with that error', async () => {
    const visitor = await scene.signedIn({ compress: false });
    const { request, session } = await visitor.open();
    session.regenerate();
    await session.save();
    session.set('note', Array.from({ length: 200_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * i * 31) % 20_011))).join(''));
    const error = await request.finish({ status: 200 }).catch((refused: unknown) => refused);
    expect(error).toMatchObject({ code: 'too-large' });
    visitor.jar.store((await request.finish({ error })).headers.setCookie);
    expect(await scene.seen(visitor)).toEqual({ name: 'Ada' });
  });
});

describe('a missing table', () => {
  test('is answered 500 without Retry-After, because trying again does not help', async () => {
    const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const visitor = await scene.signedIn({ tableName: 'Nowhere' }).catch((error: unknown) => error);
    expect(visitor).toMatchObject({ code: 'configuration', retryable: false });
    const request = scene.visitor({ tableName: 'Nowhere' }).request();
    (await request.session()).set('name', 'Ada');
    const { unavailable, headers } = await request.finish({ status: 200 });
    expect(unavailable?.status).toBe(500);
    expect(unavailable?.headers).not.toHaveProperty('retry-after');
    expect(headers.setCookie).toEqual([]);
    log.mockRestore();
  });
});

describe('a slow request that learns of its session’s end', () => {
  test.each(['save', 'update', 'commit'] as const)('by %s takes the cookies out of the response that it set before', async (how) => {
    const visitor = await scene.signedIn();
    const slow = await visitor.open();
    slow.session.remember(86_400);
    await slow.session.save();
    await scene.signOut(visitor);
    await visitor.visit((session) => session.set('name', 'Bea'));
    slow.session.set('count', 1);
    if (how === 'save') await expect(slow.session.save()).rejects.toMatchObject({ code: 'ended' });
    if (how === 'update') await expect(slow.session.update('count', () => 2)).rejects.toMatchObject({ code: 'ended' });
    expect(await slow.request.commit()).toEqual({ setCookie: [], vary: 'Cookie' });
    expect(await scene.seen(visitor)).toEqual({ name: 'Bea' });
  });

  test('and then ends it itself removes the cookie, as it was asked to', async () => {
    const visitor = await scene.signedIn();
    const { request, session } = await visitor.open();
    await scene.signOut(visitor);
    session.set('count', 1);
    await expect(session.save()).rejects.toMatchObject({ code: 'ended' });
    await session.invalidate();
    expect((await request.commit()).setCookie).toEqual([expect.stringContaining('Max-Age=0')]);
  });
});

describe('a listener', () => {
  test('that is asynchronous and rejects neither disturbs the request nor ends the process', async () => {
    const rejections: unknown[] = [];
    const note = (reason: unknown) => void rejections.push(reason);
    process.on('unhandledRejection', note);
    const visitor = scene.visitor({ onEvent: async () => Promise.reject(new Error('the log is full')) });
    await visitor.visit((session) => session.set('name', 'Ada'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect([rejections, await scene.seen(visitor)]).toEqual([[], { name: 'Ada' }]);
  });

  test('hears of a replaced session as expired, and never as damaged', async () => {
    const visitor = await scene.signedIn();
    const old = scene.copyOf(visitor, { onEvent: ({ type }) => scene.events.push(type) });
    await visitor.visit((session) => session.regenerate());
    await scene.seen(old);
    expect(scene.events).toEqual(['regenerated', 'expired']);
  });
});
