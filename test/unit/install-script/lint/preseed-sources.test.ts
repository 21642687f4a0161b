import { expect, it } from 'vitest';
import { lintScript } from '../../../../src/install-script/lint/lint-script.ts';

const found = (line: string, os = 'debian13') =>
  lintScript({ text: `# a comment\n${line}\n`, kind: 'preseed', target: { os } }).filter(
    (finding) => finding.line === 2,
  );

it.each([
  ['mirror/http/hostname string http://deb.example.org', 'deb.example.org'],
  [
    'mirror/http/hostname string deb.example.org/debian/',
    'deb.example.org, and /debian as mirror/http/directory',
  ],
  ['mirror/http/directory string debian', 'write /debian'],
  ['mirror/http/directory string http://deb.example.org/debian', 'write /debian'],
  ['mirror/http/directory string', 'write /'],
])('refuses d-i %s', (answer, fix) => {
  expect(found(`d-i ${answer}`)).toMatchObject([
    { rule: 'preseed.bad-mirror', severity: 'error', fix: expect.stringContaining(fix) },
  ]);
});

it('tells no login of a mirror or a proxy', () => {
  const [host] = found('d-i mirror/http/hostname string http://me:secret@deb.example/debian');
  const proxy = found('d-i mirror/http/proxy string me:secret@proxy.example:3128');
  expect(
    JSON.stringify([host?.message, host?.fix, proxy.map(({ message, fix }) => [message, fix])]),
  ).not.toContain('secret');
});

it.each([
  ['d-i mirror/http/proxy string proxy.example:3128', 'preseed.bad-proxy', 'write http://proxy.example:3128'],
  ['d-i netcfg/choose_interface select eth0', 'preseed.fixed-nic', 'write auto'],
  ['d-i netcfg/choose_interface select enp1s0', 'preseed.fixed-nic', 'write auto'],
  ['tasksel tasksel/first multiselect standard, ssh-sever', 'preseed.unknown-task', 'write ssh-server'],
  ['tasksel tasksel/first multiselect openssh-server', 'preseed.unknown-task', 'write ssh-server'],
  [
    'tasksel tasksel/first multiselect standard ssh-server',
    'preseed.unknown-task',
    'write standard, ssh-server',
  ],
  ['d-i tasksel/first multiselect gnome', 'preseed.unknown-task', 'write gnome-desktop'],
])('warns of %s', (line, rule, fix) => {
  expect(found(line)).toMatchObject([{ rule, severity: 'warning', fix }]);
});

it.each([
  'd-i mirror/http/hostname string deb.example.org:8080',
  'd-i mirror/http/directory string /debian/',
  'd-i mirror/http/proxy string',
  'd-i mirror/http/proxy string http://proxy.example:3128/',
  'd-i netcfg/choose_interface select auto',
  'tasksel tasksel/first multiselect',
  'tasksel tasksel/first multiselect standard, web-server, kde-desktop, german, german-kde-desktop',
])('says nothing of %s', (line) => {
  expect(found(line)).toEqual([]);
});

it("takes Ubuntu's tasks for Ubuntu", () => {
  expect(found('tasksel tasksel/first multiselect openssh-server', 'ubuntu20.04')).toEqual([]);
});
