import { expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const RULES = ['kickstart.bad-value', 'kickstart.missing-value', 'kickstart.options-contradict'];

const found = (line: string, os = 'fedora42') =>
  lintScript({ text: `# a comment\n${line}\n`, kind: 'kickstart', target: { os } }).filter(
    (finding) => finding.line === 2 && RULES.includes(finding.rule),
  );

it.each([
  ['autopart --type=lvmm', 'lvm'],
  ['autopart --type LVM', 'lvm'],
  ['autopart --fstype=ext5', 'ext4'],
  ['bootloader --location=mbrr', 'mbr'],
  ['bootloader --location=partition', 'mbr, none, boot'],
  ['bootloader --timeout=abc', 'a whole number'],
  ['network --bootproto=dhpc', 'dhcp'],
  ['network --onboot=maybe', 'yes or no'],
  ['network --bootproto=', 'dhcp, static, bootp, query, ibft'],
  ['part / --fstype=etx4 --size=1', 'ext4'],
  ['part / --size=abc', 'a whole number'],
  ['part / --size=20GB', '--size=20480 (MiB, without a unit)'],
  ['part / --size 1.5', 'a whole number'],
  ['part / --grow=yes --size=1', '--grow alone, or leave it out'],
  ['raid / --device=md0 --level=7 raid.1 raid.2', '0, 1, 4, 5, 6, 10'],
  ['repo --name=x --cost=abc --baseurl=http://a/', 'a whole number'],
  ['clearpart --all --disklabel=gppt', 'gpt'],
  ['user --name=x --uid=abc', 'a whole number'],
  ['url --url', '--url=…'],
  ['network --bootproto=static --ip=10.0.0.300', 'four numbers up to 255, such as 192.0.2.10'],
  ['network --gateway 10.0.0', 'four numbers up to 255, such as 192.0.2.10'],
  ['network --nameserver=9.9.9.9,1.1.1.1.1', 'four numbers up to 255, such as 192.0.2.10'],
])('%s: told with what to write', (line, fix) => {
  expect(found(line)).toMatchObject([
    { rule: 'kickstart.bad-value', severity: 'error', fix: `write ${fix}` },
  ]);
});

it.each([
  'zerombr yes',
  'url http://mirror.example/os --url=http://mirror.example/os',
  'url --url=http://a/ --mirrorlist=http://b/',
  'lang en_US.UTF-8 de_DE.UTF-8',
  'services --enabled=sshd, chronyd',
  'user --name=x --groups=wheel, users',
  'sshkey --username=root ssh-ed25519 AAAA me',
  'rootpw --iscrypted one two',
])('refuses words that the command does not take: %s', (line) => {
  expect(found(line)).toMatchObject([{ rule: 'kickstart.bad-value', severity: 'error' }]);
});

it.each([
  'bootloader --disable',
  'selinux --disable',
  'rootpw --plaintex secret',
  'repo --nam=x --base=http://a/',
  'reboot --ej',
])('takes the abbreviation of an option, as pykickstart does: %s', (line) => {
  const all = lintScript({ text: line, kind: 'kickstart', target: { os: 'fedora42' } });
  const about = all.filter(({ rule, severity }) => severity === 'error' && rule.includes('option'));
  expect([...about, ...found(line)]).toEqual([]);
});

it.each([
  'repo --name=x --baseurl="" --mirrorlist=http://a/',
  'harddrive --dir= --partition=LABEL=x',
  'network --bootproto=static --ip=10.0.0.3 --netmask=255.255.255.0 --gateway=10.0.0.1 --nameserver=9.9.9.9,2620:fe::fe',
  'network --nameserver=dns.example.org,10.0.0.1',
  'part None --fstype "PPC PReP Boot" --size=8',
  'part pv.1 --fstype=LVM2_member --size=8',
  'logvol none --fstype=None --thinpool --name=pool --vgname=vg --size=1000',
])('takes what the installer takes: %s', (line) => {
  expect(found(line)).toEqual([]);
});

it('judges no word that some release passes over where the release is not known', () => {
  const all = lintScript({ text: 'zerombr yes', kind: 'kickstart', target: {} });
  expect(all.filter(({ rule }) => RULES.includes(rule))).toEqual([]);
});

it('refuses an abbreviation that several options begin with', () => {
  const [finding] = lintScript({
    ...{ text: 'part / --size=1 --on=sda', kind: 'kickstart', target: { os: 'fedora42' } },
  }).filter(({ rule }) => rule === 'kickstart.unknown-option');
  expect(finding).toMatchObject({ severity: 'error', line: 1 });
});

it('shows no word of a password', () => {
  expect(JSON.stringify(found('rootpw --plaintext correct horse'))).not.toContain('horse');
});

it.each([
  ['lang', 'locale'],
  ['timezone', 'time zone'],
  ['keyboard', 'layout'],
  ['rootpw --iscrypted', 'password'],
  ['user --groups=wheel', '--name'],
  ['user --name= --groups=wheel', '--name'],
  ['sshkey "ssh-ed25519 AAAA me"', '--username'],
  ['part --size=1', 'mount point'],
  ['logvol / --name=root --size=1', '--vgname'],
  ['logvol / --name=root --vgname=vg', '--size or --percent'],
  ['repo --baseurl=http://a/', '--name'],
  ['repo --name=epel', '--baseurl or --mirrorlist or --metalink'],
  ['url', '--url or --mirrorlist or --metalink'],
  ['nfs --server=a', '--dir'],
  ['services', '--enabled or --disabled'],
  ['eula', '--agreed'],
])('%s: lacks %s', (line, lack) => {
  expect(found(line)).toMatchObject([
    { rule: 'kickstart.missing-value', severity: 'error', fix: expect.stringContaining(`add ${lack}`) },
  ]);
});

it.each(['selinux --enforcing --disabled', 'firewall --enable --disabled', 'clearpart --all --none'])(
  'warns of %s',
  (line) => {
    expect(found(line)).toMatchObject([{ rule: 'kickstart.options-contradict', severity: 'warning' }]);
  },
);

it.each([
  ['zerombr yes', 'rhel5'],
  ['zerombr yes', 'centos7'],
  ['bootloader --location=partition', 'centos6'],
  ['autopart --type=btrfs', 'fedora42'],
  ['part / --fstype=ext3 --size 100 --grow', 'centos6'],
])('takes %s for %s', (line, os) => {
  expect(found(line, os)).toEqual([]);
});

it('knows that RHEL has no btrfs', () => {
  expect(found('autopart --type=btrfs', 'rhel9')).toMatchObject([{ rule: 'kickstart.bad-value' }]);
});

it.each([
  'part / --size 500 --fstype ext4 --grow',
  'part swap --recommended',
  'part pv.01 --size=-1 --grow --asprimary',
  'volgroup vg --pesize=4096 pv.01 pv.02',
  'logvol / --vgname=vg --name=root --percent=50',
  'logvol none --vgname=vg --name=pool --thinpool --size=1',
  'raid / --device=md0 --level=RAID1 raid.1 raid.2',
  'keyboard --vckeymap=us --xlayouts="us","de (nodeadkeys)"',
  'timezone --utc',
  'rootpw --lock',
  'rootpw --iscrypted --lock {{root_password_hash}}',
  'network --device eth0 --bootproto dhcp --onboot on --activate',
  'firewall --enabled --port=22:tcp --service=ssh,http --trust eth0',
  'bootloader --append="console=ttyS0 quiet" --location=mbr # a comment',
  'services --enabled=sshd --disabled=',
  'sshkey --username root "ssh-ed25519 AAAA me"',
  'repo --name=updates',
  'mount --reformat=ext4 /dev/vda1 /',
  'authselect select sssd with-mkhomedir',
  'reboot --eject',
  'user --name {{user}} --uid={{uid}}',
])('says nothing of %s', (line) => {
  expect(found(line)).toEqual([]);
});
