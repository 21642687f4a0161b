import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { lintInstallScript } from '../../../src/build/lint-install-script.ts';
import { parseXmlDocument } from '../../../src/foundation/parse-xml.ts';
import { detectKind } from '../../../src/install-script/detect-kind.ts';
import { DISK_LAYOUTS } from '../../../src/install-script/options/common-options.ts';
import { placeholdersIn, renderScript } from '../../../src/install-script/render-script.ts';
import { scriptValues } from '../../../src/install-script/script-values.ts';
import { OPERATING_SYSTEMS } from '../../../src/os/os-table.ts';
import type { InstallScriptKind } from '../../../src/spec/build-spec.ts';
import { checkVariableNames } from '../../../src/spec/check-names.ts';
import { ProblemList } from '../../../src/spec/problem-list.ts';
import { CATALOGUE, catalogueEntry, tried } from '../../support/catalogue.ts';
import { SSH_KEYS } from '../../support/ssh-keys.ts';

const project = join(import.meta.dirname, '../../..');
const KEY = `${SSH_KEYS.ed25519} me@desk.example`;

const GIVEN = {
  locale: 'de_DE.UTF-8',
  keyboard: 'de',
  timezone: 'Europe/Berlin',
  user: 'admin',
  ssh_keys: `${KEY}; ${KEY}2`,
  packages: 'vim tmux g++',
  mirror: 'http://mirror.example:8080/a/b/',
  proxy: 'http://proxy.example:3128/',
};

/** What of each option must be found in a rendered script. */
const TRACES: Readonly<Record<string, readonly RegExp[]>> = {
  locale: [/de_DE/],
  keyboard: [/\bde\b/],
  timezone: [/Europe\/Berlin/],
  user: [/useradd -m -s \/bin\/bash admin/],
  ssh_keys: [new RegExp(`${KEY}' >> \\S*/home/admin/\\.ssh/authorized_keys`)],
  packages: [/\bvim\b/, /\btmux\b/, /g\+\+/],
  mirror: [/mirror\.example:8080/],
  proxy: [/proxy\.example:3128/],
};

async function scriptOf(template: string) {
  const { settings, problems } = await catalogueEntry(template);
  expect(problems).toEqual([]);
  const path = settings.script?.path ?? '';
  const text = readFileSync(path, 'utf8');
  return { text, kind: detectKind(text), os: settings.os, variables: settings.variables ?? {} };
}

type Script = Awaited<ReturnType<typeof scriptOf>>;

function rendered(
  { text, kind, os, variables }: Script,
  given: Readonly<Record<string, string>>,
  passwordHash: string | undefined = '$6$a$b',
): string {
  const all = { ...variables, ...given };
  const values = scriptValues({
    name: 'x',
    kind,
    token: 'tok',
    os,
    disk: 'vda',
    variables: all,
    passwordHash,
  });
  return renderScript({ text, kind, values }).text;
}

/** How each kind says that the guest is to be off at the end. */
const ENDINGS: Readonly<Record<InstallScriptKind, RegExp>> = {
  kickstart: /^poweroff$/m,
  preseed: /^d-i debian-installer\/exit\/poweroff boolean true$/m,
  autoinstall: /^ {2}shutdown: poweroff$/m,
  autoyast: /<halt config:type="boolean">true<\/halt>/,
  'user-script': /^poweroff$/m,
};

/** cloud-init grows the root file system by itself there; the agent is not in their archives. */
const WITHOUT_GROWPART = ['rhel-5', 'ubuntu-10.04', 'ubuntu-12.04', 'ubuntu-12.10'];
const WITHOUT_AGENT = WITHOUT_GROWPART;
/** Their installers know none. */
const WITHOUT_PROXY = ['rhel-5'];

const SERVERS = ['debian-13', 'debian-13-ks'];
const jeos = CATALOGUE.filter((template) => !SERVERS.includes(template));

it('has a template for every system of the table', () => {
  const missing = OPERATING_SYSTEMS.filter(
    ({ generic, internal, template }) => !generic && !internal && !template,
  );
  expect(missing.map(({ id }) => id)).toEqual([]);
});

it('says how far templates were tried of none that is not there, and once', () => {
  const all = Object.values(tried).flat();
  expect(all.filter((template) => !CATALOGUE.includes(template))).toEqual([]);
  expect(new Set(all).size).toBe(all.length);
});

describe.each(CATALOGUE)('%s', (template) => {
  it('has nothing its lint finds', async () => {
    const { findings, os } = await lintInstallScript(
      { target: template },
      { cwd: project, projectDir: project },
    );
    expect(os).toBeDefined();
    expect(findings).toEqual([]);
  });
});

describe.each(jeos)('%s', (template) => {
  it.each(DISK_LAYOUTS)('renders with every common option and the disk layout %s', async (disk_layout) => {
    const script = await scriptOf(template);
    const text = rendered(script, { ...GIVEN, disk_layout });
    for (const [option, patterns] of Object.entries(TRACES)) {
      if (option === 'proxy' && WITHOUT_PROXY.includes(template)) continue;
      for (const pattern of patterns) expect(text, option).toMatch(pattern);
    }
    expect(/swap.*1(024|G)|1024 linux-swap/i.test(text)).toBe(disk_layout === 'swap');
    expect(/lvm_group|volgroup|method string lvm|"name":"lvm"/.test(text)).toBe(disk_layout === 'lvm');
    expect(placeholdersIn(text, script.kind)).toEqual([]);
    if (script.kind === 'autoyast') expect(parseXmlDocument(text).errors).toEqual([]);
    if (script.kind === 'autoinstall') expect(parseDocument(text).errors).toEqual([]);
  });

  it('locks root without a password, and takes a hash of one', async () => {
    const script = await scriptOf(template);
    expect(rendered(script, {})).toContain('$6$a$b');
    expect(rendered(script, {}, '*')).toMatch(
      /rootpw --iscrypted \*$|root-password-crypted password \*$|'root:\*' \|.*chpasswd -e|<user_password>\*</m,
    );
  });

  it('has the marker as its last act, behind the cleaning, and powers off', async () => {
    const script = await scriptOf(template);
    const text = rendered(script, {});
    const marker = text.lastIndexOf('/var/lib/kiln/installed');
    for (const own of ['/etc/ssh/ssh_host_*', '/etc/machine-id', '/var/lib/dhcp/*', '/root/anaconda-ks.cfg'])
      expect(text.lastIndexOf(own), own).toBeLessThan(marker);
    expect(text).toContain('find /var/log -type f -exec truncate -s 0 {} +');
    const behind = text.slice(text.indexOf('\n', marker));
    expect(behind).not.toMatch(/%post|late_command|^ {4}- |<script>/m);
    expect(text).toMatch(ENDINGS[script.kind]);
  });

  it('speaks on the serial and the VGA console', async () => {
    expect(rendered(await scriptOf(template), {})).toContain('console=tty0 console=ttyS0,115200n8');
  });

  it('has cloud-init, growpart and the guest agent, as far as they are packaged', async () => {
    const script = await scriptOf(template);
    const text = rendered(script, {});
    // Ubuntu's live installer puts it into every system.
    if (script.kind !== 'autoinstall') expect(text).toMatch(/\bcloud-init\b/);
    const grows = /\b(cloud-utils-growpart|cloud-guest-utils|growpart)\b/.test(text);
    expect(grows).toBe(!WITHOUT_GROWPART.includes(template));
    expect(/\bqemu-guest-agent\b/.test(text)).toBe(!WITHOUT_AGENT.includes(template));
  });

  it('binds nothing to the network device or the disks of this machine', async () => {
    const text = rendered(await scriptOf(template), {});
    expect(text).not.toMatch(/--device=(?!link\b)|HWADDR|([0-9a-f]{2}:){5}[0-9a-f]{2}|\b(ens|enp|eno)\d/i);
    expect(text).not.toMatch(/hostonly="?yes|MODULES=dep|driver-policy select dep/);
  });
});

it.each(['debian-13', 'debian-13-ks'])('%s, no JEOS, keeps none of this machine either', async (template) => {
  const text = rendered(await scriptOf(template), {});
  const marker = text.lastIndexOf('/var/lib/kiln/installed');
  for (const own of ['/etc/ssh/ssh_host_*', '/etc/machine-id']) {
    expect(text).toContain(own);
    expect(text.lastIndexOf(own), own).toBeLessThan(marker);
  }
  expect(text).toContain('console=tty0 console=ttyS0,115200n8');
});

it("refuses a proxy that the script's installer does not know, and takes a mirror", async () => {
  const { text, kind } = await scriptOf('rhel-5');
  const list = new ProblemList();
  const given = new Map([
    ['mirror', '--var'],
    ['proxy', '--var'],
  ]);
  checkVariableNames(given, { text, kind, label: 'rhel-5.ks' }, list);
  expect(list.problems).toEqual([
    { where: '--var', problem: expect.stringContaining('no {{proxy}} stands in rhel-5.ks') },
  ]);
});
