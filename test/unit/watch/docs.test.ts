import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { installErrorOf } from '../../../src/watch/describe-outcome.ts';
import { FAILURE_CAUSES } from '../../../src/watch/install-outcome.ts';

it('docs/watching.md names every cause beside its error code', async () => {
  const text = await readFile(new URL('../../../docs/watching.md', import.meta.url), 'utf8');
  const evidence = { consoleTail: [], lifecycle: [], serialLog: '/x/serial.log' };
  for (const cause of FAILURE_CAUSES) {
    const { code } = installErrorOf({ kind: 'failed', cause, reason: 'Seen.', evidence });
    expect(text).toMatch(new RegExp(`^\\| ${cause} \\|.*\`${code}\` \\|$`, 'm'));
  }
});
