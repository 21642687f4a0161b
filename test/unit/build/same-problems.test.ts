import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lintInstallScript } from '../../../src/build/lint-install-script.ts';
import { requireSound } from '../../../src/build/require-sound.ts';
import type { KilnError } from '../../../src/foundation/errors.ts';
import { readSpec } from '../../../src/spec/resolve-spec.ts';

const projectDir = join(import.meta.dirname, '../../..');
const templateDir = join(projectDir, 'vm-templates');
let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'kiln-same-'));
  await writeFile(join(cwd, 'a.yaml'), TEMPLATE);
  await writeFile(join(cwd, 'a.preseed'), SCRIPT);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const TEMPLATE = `base: debian-13-jeos
memory: 64MiB
script: a.preseed
variables:
  locale: de_DE.UTF-9
  keyboard: qwertz
  nope: 1
  greeting: "a\\\\"
`;
const SCRIPT = `d-i debian-installer/locale string {{locale}}
d-i keyboard-configuration/xkb-keymap select {{keyboard}}
d-i a/b string {{greeting}}
d-i c/d string {{foo}}
d-i partman-auto/method string nothing
`;

async function refusalOf(target: string, variables: readonly string[] = []): Promise<KilnError> {
  const reading = await readSpec({ target, overrides: { variables }, cwd, templateDir });
  return requireSound(reading, { cwd, env: {}, edit: true }).then(
    () => expect.fail('is not refused'),
    (error) => error,
  );
}

it.each([
  'a.yaml:2:9 memory: 64.0 MiB is too little',
  'a.yaml:5:11 variables.locale (a.preseed:1): the installer does not take the locale "de_DE.UTF-9"',
  'a.yaml:6:13 variables.keyboard: "qwertz" is no keyboard layout',
  'a.yaml:7:9 variables.nope: no {{nope}} stands in a.preseed',
  'a.yaml:8:13 variables.greeting (a.preseed:3): {{greeting}}: its value ends with a backslash',
  'a.preseed:4: {{foo}} has no value',
  'a.preseed:5: partman-auto/method does not take "nothing"',
  'a.preseed: nothing says where the boot loader goes',
])('a build tells with all else: %s', async (says) => {
  const { code, message } = await refusalOf('./a.yaml');
  expect(code).toBe('spec.invalid');
  expect(message).toContain(says);
});

it('lint finds the same errors, once each', async () => {
  const { message } = await refusalOf('./a.yaml');
  const { findings } = await lintInstallScript({ target: './a.yaml' }, { cwd, projectDir });
  const errors = findings.filter(({ severity }) => severity === 'error').map((finding) => finding.message);
  expect(message).toContain(`has ${errors.length} problems:`);
  expect(new Set(errors).size).toBe(errors.length);
  for (const error of errors) expect(message).toContain(error);
});

it("a value that the installer does not take is the option's fault, and no line's of the script", async () => {
  const { code, message } = await refusalOf('debian-13-jeos', ['locale=de_DE.UTF-9']);
  expect(code).toBe('script.lint');
  expect(message).toMatch(/^ {2}--var locale \(.*jeos\.preseed:\d+\): error: .*"de_DE.UTF-9"/m);
});

it('a fault of the script itself stays its own, whatever is given', async () => {
  await writeFile(
    join(cwd, 'own.preseed'),
    'd-i debian-installer/locale string xx_YY\nd-i a/b string {{greeting}}\n',
  );
  await writeFile(
    join(cwd, 'own.yaml'),
    'base: debian-13-jeos\nscript: own.preseed\nvariables: {greeting: hi}\n',
  );
  const { message } = await refusalOf('./own.yaml');
  expect(message).toMatch(/^ {2}own\.preseed:1: error: .*xx_YY/m);
});

it.each([
  ['script: nowhere.ks\n', 'script.not-found', 'x.yaml:1:9 script: Install script nowhere.ks does not exist'],
  [
    'script: {path: nowhere.ks, kind: kickstart}\n',
    'script.not-found',
    'x.yaml:1:16 script.path: Install script nowhere.ks does not exist',
  ],
  [
    'root-password: {env: NO_SUCH}\n',
    'secret.not-found',
    'x.yaml:1:22 root-password.env: The environment variable NO_SUCH is not set',
  ],
  ['root-password:\n  file: nowhere\n', 'secret.not-found', 'x.yaml:2:9 root-password.file: The secret file'],
])('what a template names and is not there is told with its line: %s', async (text, code, says) => {
  await writeFile(join(cwd, 'x.yaml'), `${text}base: debian-13-jeos\n`);
  const refused = await refusalOf('./x.yaml');
  expect(refused.code).toBe(code);
  expect(refused.message).toContain(says);
});
