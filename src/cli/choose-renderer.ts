import type { BuildOptionValues } from './build-options.ts';
import type { BuildRenderer } from './build-renderer.ts';
import { ciService } from './ci-service.ts';
import type { CliIo } from './cli-io.ts';
import { groupedRenderer } from './grouped-renderer.ts';
import { jsonRenderer } from './json-renderer.ts';
import { plainRenderer } from './plain-renderer.ts';
import { quietRenderer } from './quiet-renderer.ts';

export type RendererOptions = Pick<BuildOptionValues, 'json' | 'quiet' | 'verbose' | 'onError'>;

/** Below this the list would be wrapped into unreadable columns; terminals that do not know their size say 0. */
const NARROWEST = 40;

/** How a build is shown. A list that redraws itself needs the terminal for itself, so `--verbose` gets lines. */
export async function chooseRenderer(options: RendererOptions, io: CliIo): Promise<BuildRenderer> {
  if (options.json) return jsonRenderer(io.out);
  if (options.quiet) return quietRenderer(io.err);
  const ci = ciService(io.env);
  if (ci !== undefined) return groupedRenderer(io.out, ci);
  const canRedraw = io.out.isTerminal && io.env.TERM !== 'dumb' && io.out.stream.columns >= NARROWEST;
  if (canRedraw && !options.verbose && options.onError !== 'ask') {
    const { buildProgress } = await import('./build-progress.ts');
    return buildProgress(io.out, io.err);
  }
  return plainRenderer(io.out);
}
