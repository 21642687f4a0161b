import {
  type BuildRequest,
  KEEP_POLICIES,
  type KeepPolicy,
  ON_ERROR_POLICIES,
  type OnErrorPolicy,
} from '../build/build-context.ts';
import { SpecError } from '../foundation/errors.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import type { BuildOverrides } from '../spec/build-overrides.ts';
import { type BuildOptionValues, secretOnCommandLine } from './build-options.ts';
import { safeLine } from './safe-text.ts';

/**
 * The words of a command line as the request `build` and `planBuild` take. Values stay text: `spec` parses them and reports all
 * their problems together; here only what belongs to the command line itself is checked.
 * @throws SpecError `options.invalid`, `options.secret-on-command-line`
 */
export function buildRequest(target: string | undefined, options: BuildOptionValues): BuildRequest {
  refuseSecrets(options);
  const { keep, targetFromKeep } = keepPolicy(target, options.keep);
  const chosenTarget = target ?? targetFromKeep;
  return {
    ...(chosenTarget === undefined ? {} : { target: chosenTarget }),
    overrides: {
      name: options.name,
      os: osOption(options.os),
      memory: options.memory,
      vcpus: options.vcpus,
      cpu: options.cpu,
      disk: onlyOne('--disk', options.disk),
      cdrom: options.cdrom,
      location: options.location,
      import: options.import,
      ipxe: options.ipxe,
      checksum: options.mediaChecksum,
      script: options.script,
      inject: options.inject,
      extraArgs: options.extraArgs,
      firmware: options.firmware,
      machine: options.machine,
      accelerator: options.virtType === 'qemu' ? 'tcg' : options.virtType,
      network: options.network,
      outputs: options.format,
      publish: options.publish === false ? [] : options.publish,
      rootPasswordFile: options.rootPasswordFile,
      rootPasswordEnv: options.rootPasswordEnv,
      variables: options.var,
      timeout: options.timeout,
      stall: options.stall,
      syslog: options.syslog,
      bootCheckLimit: options.bootCheckLimit,
      ...(options.bootCheck === false ? { noBootCheck: true } : {}),
      ...spellingOf(options),
    },
    ...(options.output === undefined ? {} : { output: options.output }),
    ...(options.force ? { force: true } : {}),
    ...(keep === undefined ? {} : { keep }),
    ...onErrorOption(options, keep),
    ...connectOption(options.connect),
    ...(options.edit === false ? { edit: false } : {}),
    ...(options.offline ? { offline: true } : {}),
  };
}

/** What the options are called where they are read, and what they were typed as. */
function spellingOf({ aliases = {}, virtType }: BuildOptionValues): Pick<BuildOverrides, 'spelling'> {
  const { virtType: accelerator = '--virt-type', ...others } = aliases;
  const renamed = Object.entries(others).map(([attribute, typed]) => [`--${attribute}`, typed] as const);
  if (virtType !== undefined) renamed.push(['--accelerator', accelerator]);
  return renamed.length === 0 ? {} : { spelling: Object.fromEntries(renamed) };
}

/**
 * `--keep` alone means always. commander takes the word after it for its value, so in `kiln build --keep debian13` the value is
 * the target; with a target besides, the word must be one of the three.
 */
function keepPolicy(
  target: string | undefined,
  value: string | true | undefined,
): { readonly keep?: KeepPolicy; readonly targetFromKeep?: string } {
  if (value === undefined) return {};
  if (value === true) return { keep: 'always' };
  const keep = KEEP_POLICIES.find((policy) => policy === value);
  if (keep !== undefined) return { keep };
  const mistyped = suggestion(value, KEEP_POLICIES);
  if (target === undefined && mistyped === '') return { keep: 'always', targetFromKeep: value };
  throw invalid('--keep', `--keep takes ${KEEP_POLICIES.join(', ')}, not "${safeLine(value)}".${mistyped}`);
}

/** @throws SpecError `options.invalid` */
function onErrorOption(
  { onError: value, detach }: BuildOptionValues,
  keep: KeepPolicy | undefined,
): { readonly onError?: OnErrorPolicy } {
  if (value === undefined) return {};
  const onError = ON_ERROR_POLICIES.find((policy) => policy === value);
  const known = ON_ERROR_POLICIES.join(', ');
  if (onError === undefined)
    throw invalid(
      '--on-error',
      `--on-error takes ${known}, not "${safeLine(value)}".${suggestion(value, ON_ERROR_POLICIES)}`,
    );
  if (onError === 'keep' && keep === 'never')
    throw invalid('--on-error', '--on-error=keep does not go together with --keep=never; choose one.');
  if (onError === 'ask' && detach)
    throw invalid(
      '--on-error',
      '--on-error=ask does not go together with --detach, where nobody can answer; choose one, or --on-error=keep.',
    );
  return { onError };
}

/** @throws SpecError `options.invalid` for an empty one, which would else count as not given */
export function connectOption(uri: string | undefined): { readonly connect?: string } {
  if (uri === undefined) return {};
  if (uri.trim() === '')
    throw invalid('--connect', '--connect is empty; it names a libvirt, for example qemu:///session.');
  return { connect: uri };
}

function onlyOne(option: string, values: readonly string[] | undefined): string | undefined {
  if (values !== undefined && values.length > 1) {
    throw invalid(option, `${option} was given ${values.length} times; a build has one disk.`);
  }
  return values?.[0];
}

/** virt-install also writes `--osinfo name=debian13` and `short-id=debian13`. */
function osOption(value: string | undefined): string | undefined {
  return value?.replace(/^(?:name|short-id)=/, '');
}

/** Boot arguments and variables through which installers take a root password (preseed's aliases, Anaconda's, ours). */
const SECRET_ARGUMENT = /(?:^|[\s/])(?:root[-_]?pw|root[-_]password(?:-crypted|-again)?)=/i;

function refuseSecrets(options: BuildOptionValues): void {
  for (const [option, values] of [
    ['--extra-args', options.extraArgs],
    ['--var', options.var],
  ] as const) {
    const found = values?.some((value) => SECRET_ARGUMENT.test(value));
    if (found) throw secretOnCommandLine(`${option} with a root password`);
  }
}

function invalid(option: string, message: string): SpecError {
  return new SpecError('options.invalid', message, { details: { option } });
}
