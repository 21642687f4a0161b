import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { noCloudSeed } from '../../../src/seed/no-cloud-seed.ts';

const fileOf = (answers: Parameters<typeof noCloudSeed>[0], name: string): string | undefined =>
  noCloudSeed(answers)
    .files.find((file) => file.name === name)
    ?.content.toString();

test('answers become cloud-config that no value breaks out of', () => {
  const text = fileOf(
    {
      instanceId: 'i-1',
      rootPassword: { text: 'a: "b"\nroot:x', expires: true },
      rootSshKey: 'ssh-ed25519 A #me',
      userSshKey: 'ssh-ed25519 B',
      disable: true,
    },
    'user-data',
  );
  expect(text?.startsWith('#cloud-config\n')).toBe(true);
  expect(parse(text ?? '')).toEqual({
    chpasswd: { list: 'root:a: "b"\nroot:x\n', expire: true },
    disable_root: false,
    users: ['default', { name: 'root', ssh_authorized_keys: ['ssh-ed25519 A #me'] }],
    ssh_authorized_keys: ['ssh-ed25519 B'],
    runcmd: [['touch', '/etc/cloud/cloud-init.disabled']],
  });
});

test('the user’s own files go as they are; without meta-data the instance is named', () => {
  const answers = {
    instanceId: 'i-1',
    disable: true,
    userData: '#!/bin/sh\n',
    networkConfig: 'version: 2\n',
  };
  expect(noCloudSeed(answers)).toEqual({
    label: 'cidata',
    files: [
      { name: 'user-data', content: '#!/bin/sh\n' },
      { name: 'meta-data', content: 'instance-id: i-1\n' },
      { name: 'network-config', content: 'version: 2\n' },
    ],
  });
});
