import { readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type FakeMachine, fakeMachine } from './fake-machine.ts';

const machines: FakeMachine[] = [];

async function newMachine(manager?: string): Promise<FakeMachine> {
  const machine = await fakeMachine(manager);
  machines.push(machine);
  return machine;
}

afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.remove()));
});

/** `id` that tells of an ordinary user, whoever runs the tests. */
const ORDINARY_USER = '#!/bin/sh\necho 1000\n';
const ROOT = '#!/bin/sh\necho 0\n';

async function asRoot(manager?: string): Promise<FakeMachine> {
  const machine = await newMachine(manager);
  await machine.addProgram('id', ROOT);
  return machine;
}

describe('the first start', () => {
  it('installs host packages and npm packages, compiles, and becomes the program', async () => {
    const machine = await asRoot();
    const started = await machine.start(['build', 'a b', "it's", '']);
    expect(started).toMatchObject({ code: 0 });
    expect(JSON.parse(started.stdout).slice(1)).toEqual(['build', 'a b', "it's", '']);
    const calls = await machine.calls();
    expect(calls[0]).toMatch(/^apt-get update/);
    expect(calls[1]).toMatch(/^apt-get install .*--no-install-recommends.* qemu-deb fw-deb$/);
    expect(calls[2]).toMatch(/^npm ci/);
    expect(calls[3]).toBe('tsc');
    expect(calls).toHaveLength(4);
  });

  it('keeps the folder it was started in, also through symbolic links', async () => {
    const machine = await asRoot();
    await symlink('../it\'s a "clone"/kiln', join(machine.files, 'link'));
    await symlink(join(machine.files, 'link'), join(machine.files, 'link to link'));
    const started = await machine.start(['x'], {
      cwd: machine.files,
      launcher: join(machine.files, 'link to link'),
    });
    expect(started).toMatchObject({ code: 0 });
    expect(JSON.parse(started.stdout)).toEqual([machine.files, 'x']);
  });

  it.each([
    ['dnf', 'dnf install --assumeyes --setopt=install_weak_deps=False qemu-rpm fw-rpm'],
    ['zypper', 'zypper --non-interactive install --no-recommends qemu-suse fw-suse'],
    ['pacman', 'pacman -S --noconfirm --needed qemu-arch fw-arch'],
  ])('speaks to %s in its own words', async (manager, command) => {
    const machine = await asRoot(manager);
    expect(await machine.start([])).toMatchObject({ code: 0 });
    expect((await machine.calls())[0]).toBe(command);
  });

  it('shows the end of the log when packages cannot be installed', async () => {
    const machine = await asRoot();
    await writeFile(join(machine.files, 'fail'), '');
    const started = await machine.start([]);
    expect(started).toMatchObject({ code: 3, stdout: '' });
    expect(started.stderr).toContain('E: no such luck');
    expect(await machine.calls()).not.toContain('tsc');
  });
});

describe('a later start', () => {
  it('calls nothing and says nothing', async () => {
    const machine = await asRoot();
    await machine.start([]);
    const before = await machine.calls();
    expect(await machine.start(['again'])).toMatchObject({ code: 0, stderr: '' });
    expect(await machine.calls()).toEqual(before);
  });

  it('compiles again after a source file was edited, added or removed', async () => {
    const machine = await asRoot();
    await machine.start([]);
    const source = join(machine.clone, 'src/cli/other.ts');
    const compiled = async (): Promise<number> =>
      (await machine.calls()).filter((call) => call === 'tsc').length;
    await writeFile(source, '');
    await machine.start([]);
    expect(await compiled()).toBe(2);
    await writeFile(source, 'edited');
    await machine.start([]);
    expect(await compiled()).toBe(3);
    await rm(source);
    await machine.start([]);
    expect(await compiled()).toBe(4);
    await machine.start([]);
    expect(await compiled()).toBe(4);
  });

  it('installs npm packages again only when the lock file says something new', async () => {
    const machine = await asRoot();
    await machine.start([]);
    const lock = join(machine.clone, 'package-lock.json');
    const installs = async (): Promise<number> =>
      (await machine.calls()).filter((call) => call.startsWith('npm')).length;
    const later = new Date(Date.now() + 1000);
    await utimes(lock, later, later);
    await machine.start([]);
    expect(await installs()).toBe(1);
    await writeFile(lock, '{"changed": true}');
    await utimes(lock, later, later);
    await machine.start([]);
    expect(await installs()).toBe(2);
  });

  it('finishes what a killed start left half done', async () => {
    const machine = await asRoot();
    await writeFile(join(machine.files, 'die'), '');
    expect((await machine.start([])).code).toBeUndefined();
    const started = await machine.start(['x']);
    expect(started).toMatchObject({ code: 0 });
    const installs = (await machine.calls()).filter((call) => call.startsWith('apt-get install'));
    expect(installs).toHaveLength(2);
  });

  it('lets two first starts at the same time set up once', async () => {
    const machine = await asRoot();
    const both = await Promise.all([machine.start(['one']), machine.start(['two'])]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const calls = await machine.calls();
    expect(calls.filter((call) => call === 'tsc')).toHaveLength(1);
    expect(calls.filter((call) => call.startsWith('apt-get install'))).toHaveLength(1);
  });
});

describe('where it may not install', () => {
  it('names the command for an ordinary user without sudo', async () => {
    const machine = await newMachine();
    await machine.addProgram('id', ORDINARY_USER);
    const started = await machine.start([]);
    expect(started).toMatchObject({ code: 3, stdout: '' });
    expect(started.stderr).toContain('sudo apt-get install --yes --no-install-recommends qemu-deb fw-deb');
    expect(await machine.calls()).toEqual([]);
  });

  it('does not let sudo wait for a password nobody types', async () => {
    const machine = await newMachine();
    await machine.addProgram('id', ORDINARY_USER);
    await machine.addProgram('sudo', '#!/bin/sh\necho "sudo $*" >>"$FAKE_LOG"\nexit 1\n');
    expect(await machine.start([])).toMatchObject({ code: 3 });
    expect(await machine.calls()).toEqual(['sudo -n true']);
  });

  it('uses sudo where it asks nothing', async () => {
    const machine = await newMachine();
    await machine.addProgram('id', ORDINARY_USER);
    await machine.addProgram('sudo', '#!/bin/sh\necho "sudo $*" >>"$FAKE_LOG"\nshift\nexec "$@"\n');
    expect(await machine.start([])).toMatchObject({ code: 0 });
    expect(await machine.calls()).toContainEqual(expect.stringMatching(/^sudo -n env .*apt-get install/));
  });

  it('obeys KILN_NO_INSTALL', async () => {
    const machine = await asRoot();
    const started = await machine.start([], { env: { KILN_NO_INSTALL: '1' } });
    expect(started).toMatchObject({ code: 3 });
    expect(started.stderr).toContain('apt-get install --yes');
    expect(await machine.calls()).toEqual([]);
  });

  it('stops at a Node.js that is too old', async () => {
    const machine = await asRoot();
    await rm(join(machine.files, '../bin/node'));
    await machine.addProgram('node', '#!/bin/sh\necho 18.19.0\n');
    const started = await machine.start([]);
    expect(started).toMatchObject({ code: 3 });
    expect(started.stderr).toContain('18.19.0');
  });
});

describe('--set-up', () => {
  it('adds what the tests need and runs nothing', async () => {
    const machine = await asRoot();
    expect(await machine.start(['--set-up', 'test'])).toMatchObject({ code: 0, stdout: '' });
    expect(await machine.calls()).toContainEqual(expect.stringMatching(/ qemu-deb fw-deb busybox-deb$/));
  });

  it('goes on without an optional package', async () => {
    const machine = await asRoot();
    await machine.start(['--set-up']);
    await writeFile(join(machine.files, 'fail'), '');
    const started = await machine.start(['--set-up', 'bench']);
    expect(started).toMatchObject({ code: 0 });
    expect(started.stderr).toContain('going on without packer-deb');
  });

  it('refuses a word it does not know', async () => {
    const machine = await asRoot();
    expect(await machine.start(['--set-up', 'everything'])).toMatchObject({ code: 2 });
  });
});

it('has a package for every requirement on Debian', async () => {
  const table = await readFile(new URL('../../../host-packages/packages.txt', import.meta.url), 'utf8');
  const rows = table.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const row of rows) {
    const words = row.split(/\s+/);
    expect(words, row).toHaveLength(6);
    expect(words[2], row).not.toBe('-');
  }
});
