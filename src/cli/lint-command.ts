import { lintInstallScript } from '../build/lint-install-script.ts';
import { EXIT_CODES, SpecError } from '../foundation/errors.ts';
import { type Finding, placeText, SEVERITIES, type Severity } from '../install-script/lint/lint-rule.ts';
import { DISK_BUSES } from '../spec/build-spec.ts';
import { readDisk } from '../spec/disk-word.ts';
import { readAssignment } from '../spec/variable-words.ts';
import type { CliIo } from './cli-io.ts';
import { safeJson, safeLine, safeText } from './safe-text.ts';
import { type Style, styleFor } from './style.ts';

export type LintOptions = {
  readonly os?: string;
  readonly bus?: string;
  readonly disk?: string;
  /** `name=value`. */
  readonly var?: readonly string[];
  readonly fix?: boolean;
  /** False with `--no-edit`. */
  readonly edit?: boolean;
  readonly json?: boolean;
};

/**
 * `kiln lint`: what is wrong with install scripts, before a build takes an hour to find out.
 * @returns 2 when one of them has an error, else 0
 */
export async function runLint(targets: readonly string[], options: LintOptions, io: CliIo): Promise<number> {
  const disk = readDiskOption(options.disk);
  const bus = options.bus === undefined ? disk.bus : DISK_BUSES.find((name) => name === options.bus);
  if (options.bus !== undefined && bus === undefined) {
    throw new SpecError(
      'options.invalid',
      `--bus takes ${DISK_BUSES.join(', ')}, not "${safeLine(options.bus)}".`,
    );
  }
  if (options.fix && options.edit === false)
    throw new SpecError('options.invalid', '--fix edits scripts and --no-edit forbids it: leave one out.');
  const variables = readVariableOptions(options.var ?? []);
  const reports = [];
  for (const target of targets) {
    const request = {
      ...{ target, variables },
      ...(options.os === undefined ? {} : { os: options.os }),
      ...(bus ? { bus } : {}),
      ...(disk.size === undefined ? {} : { diskSize: disk.size }),
      ...(options.edit === undefined ? {} : { edit: options.edit }),
    };
    reports.push(await lintInstallScript({ ...request, fix: options.fix === true }, io));
  }
  if (options.json) {
    io.out.write(
      `${safeJson(
        reports.map(({ diff: _diff, ...report }) => report),
        2,
      )}\n`,
    );
  } else {
    const style = styleFor(io.out);
    for (const { label, findings, diff } of reports) {
      if (diff !== '') io.out.write(`${safeText(diff)}\n`);
      for (const finding of findings) io.out.write(findingLines(label, finding, style));
    }
    io.out.write(`${summary(reports.flatMap(({ findings }) => findings))}\n`);
  }
  const failed = reports.some(({ findings }) => findings.some(({ severity }) => severity === 'error'));
  return failed ? EXIT_CODES.spec : 0;
}

/** In the words of `kiln build`. */
function readDiskOption(text: string | undefined): ReturnType<typeof readDisk> {
  return text === undefined ? {} : readOption('--disk', () => readDisk(text));
}

function readVariableOptions(given: readonly string[]): Readonly<Record<string, string>> {
  return readOption('--var', () => Object.fromEntries(given.map(readAssignment)));
}

function readOption<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw new SpecError('options.invalid', `${name}: ${safeLine(error.message.replace(/\.$/, ''))}.`, {
      cause: error,
    });
  }
}

function findingLines(label: string, finding: Finding, style: Style): string {
  const { severity, rule, message, fix, mendable } = finding;
  const colours: Readonly<Record<Severity, (text: string) => string>> = {
    error: style.bad,
    warning: style.bold,
    note: style.faint,
  };
  const where = `${safeLine(placeText(label, finding))}:`;
  const by = mendable ? ' (--fix does it, and so does a build)' : '';
  return `${where} ${colours[severity](severity)}: ${safeLine(message)} ${style.faint(`[${rule}]`)}\n    ${safeLine(fix)}${by}\n`;
}

function summary(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'Nothing found.';
  const counts = SEVERITIES.map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? '' : `${count} ${severity}${count === 1 ? '' : 's'}`;
  });
  return `${counts.filter(Boolean).join(', ')}.`;
}
