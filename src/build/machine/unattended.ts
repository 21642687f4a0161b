import { join } from 'node:path';
import { specErrorOf } from '../../foundation/errors.ts';
import { findOs } from '../../os/find-os.ts';
import { findTemplate, listTemplates } from '../../spec/find-template.ts';
import { readTemplateChain } from '../../spec/load-template.ts';
import type { Settings } from '../../spec/settings.ts';
import { installMethod } from '../../virt-install/install-method.ts';
import { requestedOs } from '../../virt-install/requested-os.ts';
import {
  given,
  type OptionUse,
  usesOf,
  type VirtInstallOptions,
} from '../../virt-install/virt-install-options.ts';
import type { BuildContext } from '../build-context.ts';

type Refuse = (problem: string) => void;

/**
 * `--unattended`, with a script of the catalogue where virt-install takes one of libosinfo's: the options that `--script` would need are
 * put in. Without `--unattended` nothing changes.
 * @throws SpecError `spec.invalid` with what cannot be had, and how else it can
 */
export async function withUnattendedScript(
  options: VirtInstallOptions,
  context: BuildContext,
): Promise<VirtInstallOptions> {
  const use = usesOf(options, 'unattended').at(-1);
  if (use === undefined) return options;
  const problems: string[] = [];
  const refuse: Refuse = (problem) => problems.push(problem);
  checkWords(options, use, refuse);
  const settings = await scriptFor(options, context, refuse);
  const path = settings?.script?.path;
  if (problems.length > 0 || path === undefined) {
    throw specErrorOf(
      'The command line',
      problems.map((problem) => ({ where: `--unattended ${use.text}`.trim(), problem })),
    );
  }
  const user = given(use, 'user-login');
  const variables = { ...settings?.variables, ...(user === undefined ? {} : { user }) };
  const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const password = given(use, 'admin-password-file');
  return {
    ...options,
    values: {
      ...options.values,
      script: path,
      ...(password === undefined ? {} : { 'root-password-file': password }),
    },
    // What the user says with --var comes later, so it counts.
    lists: { ...options.lists, var: [...words, ...(options.lists.var ?? [])] },
  };
}

function checkWords(options: VirtInstallOptions, use: OptionUse, refuse: Refuse): void {
  const { kind } = installMethod(options);
  if (kind !== 'location' && kind !== 'cdrom')
    refuse('needs an installer: name one with --location or --cdrom');
  if (options.values.script !== undefined) refuse('does not go together with --script; choose one');
  const profile = given(use, 'profile') ?? 'jeos';
  if (profile !== 'jeos') {
    refuse(
      `profile=${profile} is not taken: the scripts install a small system (jeos); add --var packages="…", or give your own --script`,
    );
  }
  if (given(use, 'user-password-file') !== undefined) {
    refuse(
      'user-password-file= is not taken: the account of user-login= logs in with a key, --var ssh_keys="ssh-ed25519 …"',
    );
  }
  for (const name of ['product-key', 'reg-login']) {
    if (given(use, name) !== undefined)
      refuse(`${name}= is not taken: give a --script of your own that registers the system`);
  }
  if (given(use, 'admin-password-file') !== undefined && options.values['root-password-file'] !== undefined) {
    refuse('admin-password-file= and --root-password-file say the same; choose one');
  }
}

const FOR_TESTS = 'kiln-';

const idOf = (name: string): string => findOs(name)?.id ?? name;

/** The catalogue's settings for the system that --osinfo names. */
async function scriptFor(
  options: VirtInstallOptions,
  { projectDir, cwd }: BuildContext,
  refuse: Refuse,
): Promise<Settings | undefined> {
  const { name } = requestedOs(options);
  if (name === undefined) {
    refuse('needs --osinfo: the script is chosen by the system that it names');
    return undefined;
  }
  const templateDir = join(projectDir, 'vm-templates');
  const id = idOf(name);
  const known: string[] = [];
  const found: Settings[] = [];
  const templates = await listTemplates(templateDir);
  for (const template of templates.filter((one) => !one.startsWith(FOR_TESTS))) {
    const path = await findTemplate(template, [templateDir], cwd);
    if (path === undefined) continue;
    const { settings } = await readTemplateChain(path, { cwd, templateDir });
    if (settings.os === undefined || settings.script?.path === undefined) continue;
    known.push(settings.os);
    if (idOf(settings.os) === id) found.push(settings);
  }
  const small = found.find(({ script }) => script?.path?.includes('/jeos')) ?? found[0];
  if (small === undefined) {
    const systems = [...new Set(known)].join(', ');
    refuse(
      `there is no script for ${name} in the catalogue, which has ${systems}; give your own with --script`,
    );
  }
  return small;
}
