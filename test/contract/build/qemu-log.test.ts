import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeQemuLogs, saveQemuLog } from '../../../src/build/qemu-log.ts';

let folder: string;
let logs: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-qemu-log-'));
  logs = join(folder, 'libvirt/qemu/log');
  mkdirSync(logs, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

it("QEMU's log is kept without what addresses on its command line hold of credentials", async () => {
  const line =
    "-append 'quiet inst.ks=https://joe:hush@host/x?token=hush repo=ssh://u:hush@h/'\nqemu: lost\n";
  writeFileSync(join(logs, 'kiln-web-0123abcd.log'), line);
  const to = join(folder, 'qemu.log');
  await saveQemuLog('kiln-web-0123abcd', { XDG_CACHE_HOME: folder }, to);
  expect(readFileSync(to, 'utf8')).toBe("-append 'quiet inst.ks=https://host/x repo=ssh://h/'\nqemu: lost\n");
});

it('logs of the domains that a build named go with them, and those of names that users gave stay', async () => {
  const [ours, more, theirs] = ['kiln-web-0123abcd', 'kiln-web-0123abcd-boot-check', 'web'];
  for (const name of [ours, `${ours}.log.0`, more, theirs, 'kiln-web-99999999'])
    writeFileSync(join(logs, name.includes('.log') ? name : `${name}.log`), 'x');
  const domains = [ours, more, theirs].map((name) => ({
    kind: 'domain' as const,
    name,
    uuid: 'u',
    uri: 'qemu:///session',
    privateDaemon: false,
  }));
  await removeQemuLogs(domains, { id: '0123abcd', env: { XDG_CACHE_HOME: folder } });
  expect(readdirSync(logs).sort()).toEqual(['kiln-web-99999999.log', 'web.log']);
});
