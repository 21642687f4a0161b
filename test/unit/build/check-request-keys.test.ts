import { expect, test } from 'vitest';
import { build, plan } from '../../../src/index.ts';

/** As a program in plain JavaScript would call it. */
const untyped = (value: Record<string, unknown> | undefined) => value as never;

const PLACES = { cache: '/x', state: '/x', runtime: '/x' };
const debug = (): void => undefined;

test.each([
  [{ target: 'debian-13', location: 'x.iso' }, {}, 'request.location', '{ overrides: { location: … } }'],
  [{ target: 'debian-13', ouptut: 'x' }, {}, 'request.ouptut', 'Did you mean "output"?'],
  [{ target: 'debian-13', zzzzzzzz: 1 }, {}, 'request.zzzzzzzz', 'Known are: target, overrides'],
  [{ target: 'debian-13' }, { onEvents: () => {} }, 'options.onEvents', 'Did you mean "onEvent"?'],
  [{ target: 13 }, {}, 'request.target', 'expects text, found the number 13'],
  [{ target: 'debian-13', keep: 'allways' }, {}, 'request.keep', 'expects one of never, on-failure, always'],
  [{ target: 'debian-13', overrides: 'raw' }, {}, 'request.overrides', 'expects an object'],
  [{ target: 'debian-13' }, { onEvent: 'x' }, 'options.onEvent', 'expects a function, found the string "x"'],
  [undefined, {}, 'request', 'is missing'],
  [{ target: 'debian-13' }, { places: { cache: '/x', state: '/x' } }, 'options.places.runtime', 'is missing'],
  [{ target: 'debian-13' }, { places: { ...PLACES, foo: 1 } }, 'options.places.foo', 'no such key'],
  [{ target: 'debian-13' }, { places: { ...PLACES, state: 7 } }, 'options.places.state', 'expects text'],
  [{ target: 'debian-13' }, { logger: { debug, info: debug } }, 'options.logger.warn', 'expects a function'],
  [{ target: 'debian-13' }, { env: { HOME: 7 } }, 'options.env.HOME', 'expects text, found the number 7'],
  [{ target: 'debian-13' }, { signal: {} }, 'options.signal', 'expects an AbortSignal, found a map'],
  [{ target: 'debian-13' }, { cwd: '/nowhere/at/all' }, 'options.cwd', '/nowhere/at/all is not a folder'],
  [{ target: 'debian-13', overrides: { outputs: 'raw' } }, {}, 'overrides.outputs', 'Write ["raw"].'],
  [
    { target: 'debian-13', overrides: { variables: { hostname: 'x' } } },
    {},
    'overrides.variables',
    'expects a list of texts, found a map. Write ["hostname=…"].',
  ],
  [{ target: 'debian-13', overrides: { outputs: [1] } }, {}, 'overrides.outputs', 'a list of texts'],
  [{ target: 'debian-13', overrides: { disk: 9 } }, {}, 'overrides.disk', 'expects text, found the number 9'],
  [{ target: 'debian-13', overrides: { disk: null } }, {}, 'overrides.disk', 'found nothing'],
])('the library refuses %j %j', async (request, options, where, says) => {
  for (const call of [plan, build]) {
    const failure = call(untyped(request), untyped(options));
    await expect(failure).rejects.toMatchObject({ code: 'spec.invalid', details: { problems: [{ where }] } });
    await expect(failure).rejects.toThrow(says);
  }
});
