import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { placesFrom } from '../../../src/foundation/places.ts';

it.each(['', 'here'])('takes the account’s home when HOME is %j', (HOME) => {
  expect(placesFrom({ HOME })).toMatchObject({
    cache: join(userInfo().homedir, '.cache', 'kiln'),
    state: join(userInfo().homedir, '.local', 'state', 'kiln'),
  });
});

it('ignores relative XDG folders', () => {
  const relative = { XDG_CACHE_HOME: 'c', XDG_STATE_HOME: 's', XDG_RUNTIME_DIR: 'r' };
  expect(placesFrom({ HOME: '/h', ...relative })).toEqual({
    cache: '/h/.cache/kiln',
    state: '/h/.local/state/kiln',
    runtime: join(tmpdir(), `kiln-${userInfo().uid}`),
  });
});

it('follows absolute ones', () => {
  expect(placesFrom({ HOME: '/h', XDG_CACHE_HOME: '/c' }).cache).toBe('/c/kiln');
});
