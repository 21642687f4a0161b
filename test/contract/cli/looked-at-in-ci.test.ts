import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeRecord } from '../../../src/build/build-records.ts';
import { runBuildLogs } from '../../../src/cli/build-logs-command.ts';
import { runShowBuild } from '../../../src/cli/show-build-command.ts';
import { placesFrom } from '../../../src/foundation/places.ts';
import { type PageScene, pageScene } from '../../support/page-scene.ts';
import { recordingIo } from '../../unit/cli/recording-io.ts';

let scene: PageScene;
beforeEach(() => {
  scene = pageScene();
});
afterEach(() => scene.remove());

const LINES = [
  '::error::x',
  ' \u00a0\t::stop-commands::x',
  'a ##[error]y',
  'section_start:12:kiln-a\r\u001b[0Khead',
];

/** What a runner would obey (actions/runner, ActionCommand.cs; GitLab, build_trace_section_regex). */
const OBEYED = {
  GITHUB_ACTIONS: (log: string) => log.split('\n').filter((line) => /^\s*::|##\[/.test(line)),
  GITLAB_CI: (log: string) => log.match(/section_(?:start|end):\d+:/g) ?? [],
};

describe.each(['GITHUB_ACTIONS', 'GITLAB_CI'] as const)('where %s is true', (service) => {
  it('a guest gives no orders through builds logs and builds show', async () => {
    const env = { HOME: scene.folder, XDG_STATE_HOME: scene.folder, [service]: 'true' };
    const failure = { code: 'install.prompt', message: 'It asks:\n::error::x', consoleTail: LINES };
    const build = await scene.build({ id: 'abcd1234', status: 'failed', error: failure });
    await writeRecord(placesFrom(env).state, build);
    scene.leave(build, 'failure.json', JSON.stringify(failure));
    scene.say(build, `${LINES.join('\r\n')}\r\n${'padding '.repeat(9000)}\r\n::error::late\r\n`);
    const io = recordingIo({ env });
    await runBuildLogs('abcd', {}, io);
    await runShowBuild('abcd', {}, io);
    const text = io.stdout();
    expect(text).toContain('head');
    expect(OBEYED[service](text)).toEqual([]);

    const asJson = recordingIo({ env });
    await runShowBuild('abcd', { json: true }, asJson);
    expect(OBEYED[service](asJson.stdout())).toEqual([]);
    expect(JSON.parse(asJson.stdout())).toMatchObject({ failure: { consoleTail: LINES } });
  });
});
