import { expect, test } from 'vitest';
import type { BuildEvent } from '../../../src/build/build-events.ts';
import { ciService } from '../../../src/cli/ci-service.ts';
import { groupedRenderer } from '../../../src/cli/grouped-renderer.ts';
import { recordingIo } from './recording-io.ts';
import { FAILURE } from './scripted-build.ts';

async function shown(env: Record<string, string>, events: readonly BuildEvent[]): Promise<string> {
  const ci = ciService(env);
  if (ci === undefined) throw new Error('no service');
  const io = recordingIo({ env });
  const renderer = groupedRenderer(io.out, ci);
  for (const event of events) renderer.show(event);
  await renderer.close();
  return io.stdout();
}

const at = (seconds: number): { at: number } => ({ at: 1_000_000 + seconds * 1000 });

test('no service, no groups', () => {
  expect(ciService({})).toBeUndefined();
  expect(ciService({ CI: 'true', GITHUB_ACTIONS: 'false' })).toBeUndefined();
});

test('GitHub: stages that overlap get groups one after the other, each whole', async () => {
  const text = await shown({ GITHUB_ACTIONS: 'true' }, [
    { ...at(0), type: 'stage-started', stage: 'verify' },
    { ...at(0), type: 'stage-started', stage: 'convert' },
    { ...at(1), type: 'stage-progress', stage: 'convert', detail: 'qcow2', percent: 50 },
    { ...at(2), type: 'stage-finished', stage: 'convert', seconds: 2 },
    { ...at(3), type: 'notice', message: 'ha' },
    { ...at(4), type: 'stage-finished', stage: 'verify', seconds: 4 },
    { ...at(4), type: 'stage-started', stage: 'finish' },
    { ...at(5), type: 'stage-finished', stage: 'finish', seconds: 1 },
  ]);
  expect(text.split('\n')).toEqual([
    '::group::Verify the disk',
    '[0s] Verify the disk …',
    '[3s] Note: ha',
    '[4s] Verify the disk: done in 4s',
    '::endgroup::',
    '::group::Convert',
    '[0s] Convert …',
    '[1s] Convert: qcow2 (50 %)',
    '[2s] Convert: done in 2s',
    '::endgroup::',
    '::group::Write manifest',
    '[4s] Write manifest …',
    '[5s] Write manifest: done in 1s',
    '::endgroup::',
    '',
  ]);
});

test('GitHub: the failure stands apart, after all groups; a guest gives the runner no orders', async () => {
  const text = await shown({ GITHUB_ACTIONS: 'true' }, [
    ...FAILURE.slice(0, 7),
    { ...at(2), type: 'stage-progress', stage: 'install', detail: '##[add-mask]secret' },
    { ...at(9), type: 'stage-failed', stage: 'install', seconds: 8 },
    {
      ...at(9),
      type: 'build-failed',
      code: 'install.failed',
      exitCode: 5,
      message: '50 %\n::error::no',
      details: {},
    },
  ]);
  expect(text.trimEnd().split('\n').slice(-2)).toEqual([
    '::endgroup::',
    '::error title=Kiln%3A install.failed::50 %25%0A::error::no',
  ]);
  expect(text).not.toContain('##[');
  expect(ciService({ GITHUB_ACTIONS: 'true' })?.harmless('a\n  ::set-env name=x::y\n')).toBe(
    'a\n  : :set-env name=x::y\n',
  );
});

test('GitLab: sections with times; a build that is cut short leaves none open', async () => {
  const text = await shown({ GITLAB_CI: 'true' }, [
    { ...at(0), type: 'stage-started', stage: 'install' },
    { ...at(1), type: 'stage-started', stage: 'convert' },
  ]);
  expect(text).toContain('\u001b[0Ksection_start:1000:kiln-install\r\u001b[0KInstall\n');
  expect(text.match(/section_start/g)).toHaveLength(2);
  expect(text.match(/section_end:\d+:kiln-(?:install|convert)\r/g)).toHaveLength(2);
});
