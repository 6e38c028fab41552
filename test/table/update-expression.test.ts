import { UpdateBuilder } from '../../src/runtime/table/update-expression';

test('assignments, settings and removals make one expression, with names behind placeholders', () => {
  const builder = new UpdateBuilder({ ':exp': { N: '5' } }).assign('exp = :exp');
  builder.change('dat.', 'a b', { S: '1' });
  builder.change('dat.', 'gone', undefined);
  builder.change('', 'f:1', { S: '2' });
  builder.change('', 'f:2', undefined);
  expect(builder.build()).toEqual({
    update: 'SET exp = :exp, dat.#0 = :0, #2 = :2 REMOVE dat.#1, #3',
    names: { '#0': 'a b', '#1': 'gone', '#2': 'f:1', '#3': 'f:2' },
    values: { ':exp': { N: '5' }, ':0': { S: '1' }, ':2': { S: '2' } },
  });
});

test('names of every kind never get into the text of the expression', () => {
  const builder = new UpdateBuilder({}).assign('exp = :exp');
  for (const name of ['__proto__', 'constructor', 'x REMOVE dat', '#0', ':0', 'SET']) builder.change('dat.', name, { S: '1' });
  const { update, names } = builder.build();
  expect(update).toMatch(/^SET exp = :exp(, dat\.#\d = :\d)+$/);
  expect(Object.values(names)).toEqual(['__proto__', 'constructor', 'x REMOVE dat', '#0', ':0', 'SET']);
});
