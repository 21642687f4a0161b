import type { CliIo } from './cli-io.ts';
import type { KilnCommand } from './kiln-command.ts';

/** Declares `kiln os list|show`. */
export function addOs(program: KilnCommand, io: CliIo): void {
  const os = program.command('os').description('Look at the operating systems Kiln knows.') as KilnCommand;
  os.command('list')
    .description('List them; with words, those that every word is found in.')
    .argument('[words...]', 'parts of an id, title, installer, script kind or CPU level')
    .option('--all', "those of this host's osinfo-db as well")
    .option('--json', 'machine-readable output')
    .action(async (words: string[], options: { all?: boolean; json?: boolean }) =>
      (await import('./list-os-command.ts')).runListOs(words, options, io),
    );
  os.command('show')
    .description('Show one: architectures, boot files, minimums, quirks, dates.')
    .argument('<os>', 'its id or an alias, libosinfo short ids among them')
    .option('--json', 'machine-readable output')
    .action(async (id: string, options: { json?: boolean }) =>
      (await import('./show-os-command.ts')).runShowOs(id, options, io),
    );
}
