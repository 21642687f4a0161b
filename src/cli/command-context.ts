import type { BuildContext } from '../build/build-context.ts';
import type { Logger } from '../foundation/logger.ts';
import { placesFrom } from '../foundation/places.ts';
import type { CliIo } from './cli-io.ts';

/** What `build/` needs to know of this process. */
export function buildContext(
  io: CliIo,
  more: Pick<BuildContext, 'signal' | 'onEvent' | 'askOnError' | 'buildId' | 'onGuestStarted'> & {
    readonly logger: Logger;
  },
): BuildContext {
  return { cwd: io.cwd, env: io.env, places: placesFrom(io.env), projectDir: io.projectDir, ...more };
}
