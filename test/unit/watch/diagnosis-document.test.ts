import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import type { ConsolePattern } from '../../../src/watch/console-pattern.ts';
import { installErrorOf } from '../../../src/watch/describe-outcome.ts';
import { FAILURE_CAUSES, type FailureCause } from '../../../src/watch/install-outcome.ts';
import { INSTALL_PATTERNS } from '../../../src/watch/patterns.ts';

const TITLES: Readonly<Record<string, string>> = {
  kernel: 'The kernel',
  firmware: 'Firmware, boot loaders, initramfs',
  'debian-installer': 'Debian installer (preseed)',
  anaconda: 'Anaconda (kickstart)',
  subiquity: 'Subiquity (autoinstall)',
  autoyast: 'AutoYaST',
  'test-installer': "Kiln's test installer",
  generic: 'Any program',
};

const KINDS: Readonly<Record<ConsolePattern['kind'], string>> = {
  panic: 'at once',
  error: 'after a moment, so that its text is whole',
  prompt: 'when nothing follows',
  'not-booted': 'when nothing follows',
  hint: 'explains a stall or a bare prompt',
  ending: 'tells how the guest ends',
  warning: 'told of an install that ended well',
};

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const codeCell = (text: string): string => `\`${cell(text).replaceAll('`', "'")}\``;

const decides = ({ kind, times, vague }: ConsolePattern): string => {
  if (times !== undefined) return `when said ${times} times`;
  return vague ? `${KINDS[kind]} for six times as long` : KINDS[kind];
};

/** The line of the sample that decides. */
function shownLine({ sample, regex }: ConsolePattern): string {
  return sample.text.split('\n').find((line) => regex.test(line)) ?? sample.text;
}

function remedyOf({ remedy, advice, mend, mendOf }: ConsolePattern): string {
  const add = (mend?.add ?? []).map((line) =>
    line.startsWith('or') ? line : `\`${line.replaceAll('`', "'")}\``,
  );
  const settings = (mend?.settings ?? []).map((setting) => `\`${setting}\``).join(', ');
  const script = add.length > 0 ? `Script: ${add.join('; ')}` : settings === '' ? '' : `Script: ${settings}`;
  const byName = Object.entries(mendOf ?? {}).map(
    ([name, one]) => `${name}: ${one.settings.map((setting) => `\`${setting}\``).join(', ')}`,
  );
  const named = byName.length === 0 ? '' : `Script, by what is named: ${byName.join('; ')}`;
  const instead = Object.entries(mend?.instead ?? {}).map(([kind, line]) => `${kind}: \`${line}\``);
  const replaced = instead.length === 0 ? '' : `Instead: ${instead.join('; ')}`;
  return [remedy, advice?.text, script, replaced, named]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
}

function documentText(): string {
  const evidence = { consoleTail: [], lifecycle: [], serialLog: '' };
  const causes = FAILURE_CAUSES.map((cause: FailureCause) => {
    const { code } = installErrorOf({ kind: 'failed', cause, reason: 'Seen.', evidence });
    return `| ${cause} | \`${code}\` |`;
  });
  const families = Object.entries(TITLES).map(([family, title]) => {
    const rows = INSTALL_PATTERNS.filter(
      (pattern) => pattern.family === family && pattern.kind !== 'ending',
    ).map(
      (pattern) =>
        `| \`${pattern.id}\` | ${codeCell(shownLine(pattern))}${pattern.sample.from === 'recorded' ? ' *' : ''} | ${cell(pattern.meaning)} | ${cell(remedyOf(pattern))} | ${decides(pattern)} |`,
    );
    return `## ${title}\n\n| id | console | meaning | remedy | decides |\n|---|---|---|---|---|\n${rows.join('\n')}`;
  });
  return `# What Kiln can tell about a failed install

Made from the data in \`src/watch/console-patterns/\`; \`npx vitest run --project unit -u\` brings it up to date. How a verdict comes about is in
[watching.md](watching.md), what the error codes mean in [errors.md](errors.md).

| cause | error code |
|---|---|
${causes.join('\n')}
| stalled | \`install.stalled\` |
| timed-out | \`install.timed-out\` |

Below, \`*\` marks lines that were recorded from a real console by this project; the others are documented by the installer's own source or
manual. The message also names the line of your install script that has to do with it, as \`FILE:LINE\`, or what to add to it.
Where a program of the script complained on the console (\`cp: can't stat '/nothere'\`), the line that calls it with that is named too.

${families.join('\n\n')}
`;
}

it('docs/diagnosis.md lists every cause with a sample', async () => {
  await expect(documentText()).toMatchFileSnapshot(
    resolve(import.meta.dirname, '../../../docs/diagnosis.md'),
  );
});
