/**
 * The program `kiln`. `--version` is answered before anything else is loaded: it is what scripts and the launcher ask most, and
 * loading the command tree costs several times what starting Node costs.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The folder of package.json, from `src/cli` as from `dist/cli`. */
const projectDir = resolve(import.meta.dirname, '..', '..');
const args = process.argv.slice(2);

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  const text = readFileSync(resolve(projectDir, 'package.json'), 'utf8');
  process.stdout.write(`kiln ${(JSON.parse(text) as { version: string }).version}\n`);
} else {
  const { endProcess } = await import('./end-process.ts');
  const { tooLowLimit } = await import('./process-limits.ts');
  const tooLow = tooLowLimit();
  if (tooLow !== undefined) {
    process.stderr.write(tooLow.text);
    endProcess(tooLow.exitCode);
  }
  const { runCli } = await import('./run-cli.ts');
  const { systemIo } = await import('./cli-io.ts');
  const io = systemIo(projectDir);
  const exitCode = await runCli(args, io);
  await io.out.flush();
  await io.err.flush();
  endProcess(exitCode || process.exitCode);
}
