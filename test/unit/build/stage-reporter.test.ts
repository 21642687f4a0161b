import { expect, it } from 'vitest';
import type { BuildEvent } from '../../../src/build/build-events.ts';
import { stageReporter } from '../../../src/build/stage-reporter.ts';
import { HostError } from '../../../src/foundation/errors.ts';
import { handClock } from '../watch/support.ts';

it('tells percentages that can be read', async () => {
  const events: BuildEvent[] = [];
  const reporter = stageReporter(handClock(), (event) => events.push(event));
  await reporter.run('media', async (report) => report.progress('fetching a.iso', 7.249999999999999));
  expect(events.find(({ type }) => type === 'stage-progress')).toMatchObject({ percent: 7.2 });
});

it('tells of a failed stage what code its own error has', async () => {
  const events: BuildEvent[] = [];
  const reporter = stageReporter(handClock(), (event) => events.push(event));
  const fail = async (): Promise<never> => {
    throw new HostError('host.no-space', 'Full.');
  };
  await expect(reporter.run('verify', fail)).rejects.toMatchObject({ code: 'host.no-space' });
  expect(events.at(-1)).toMatchObject({ type: 'stage-failed', stage: 'verify', code: 'host.no-space' });
});
