import { systemClock } from '../foundation/clock.ts';
import { SpecError } from '../foundation/errors.ts';
import { undeployNode } from '../publish/ironic/deploy-node.ts';
import { ironicApi } from '../publish/ironic/ironic-api.ts';
import { openCloud } from '../publish/openstack/open-cloud.ts';
import { idProblem } from '../publish/target-values.ts';
import type { CliIo } from './cli-io.ts';
import { cliLogger } from './cli-logger.ts';
import { listenForInterruption } from './interruption.ts';
import type { PublishOptionValues } from './publish-options.ts';
import { safeLine } from './safe-text.ts';

/** `kiln publish undeploy NODE`. */
export async function runUndeploy(node: string, options: PublishOptionValues, io: CliIo): Promise<void> {
  const problem = idProblem(node);
  if (problem !== undefined) throw new SpecError('options.invalid', `NODE ${problem}`);
  const interruption = listenForInterruption(
    io,
    (line) => io.err.write(`${line}\n`),
    () => 'Ending at once; Ironic goes on with what it was asked for.',
  );
  const logger = cliLogger(io.err, options.verbose === true);
  const choice = {
    ...(typeof options.cloud === 'string' ? { cloud: options.cloud } : {}),
    insecure: options.insecure === true,
  };
  const context = { env: io.env, cwd: io.cwd, clock: systemClock, logger };
  try {
    const session = await openCloud(choice, context);
    try {
      const { signal } = interruption;
      const ironic = await ironicApi(session, signal);
      let shown = '';
      const onState = (state: string): void => {
        if (state !== shown) io.err.write(`node ${safeLine(node)}: ${safeLine(state)}\n`);
        shown = state;
      };
      const { name, uuid } = await undeployNode(node, {
        ironic,
        clock: systemClock,
        signal,
        onState,
      });
      io.out.write(`Node ${safeLine(name ?? uuid)} is available.\n`);
    } finally {
      await session.close();
    }
  } finally {
    interruption.end();
  }
}
