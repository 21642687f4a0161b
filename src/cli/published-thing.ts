import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { findBuild } from '../build/build-records.ts';
import { placesFrom } from '../foundation/places.ts';
import type { CliIo } from './cli-io.ts';

/** What `kiln publish` is given, as a path: one as it is; anything else may be the id of a build. */
export async function publishedThing(what: string, io: CliIo): Promise<string> {
  if (existsSync(resolve(io.cwd, what)) || !/^[0-9a-f-]+$/i.test(what)) return what;
  return (await findBuild(placesFrom(io.env).state, what)).directory;
}
