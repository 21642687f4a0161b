import { expect, test } from 'vitest';
import { isRemoteUri } from '../../../src/libvirt/libvirt-uri.ts';

test.each([
  ['qemu:///system', false],
  ['qemu:///session', false],
  ['qemu+unix:///system?socket=/run/x', false],
  ['qemu+ssh://host/system', true],
  ['qemu+ssh:///system', true],
  ['qemu://host/system', true],
])('%s is remote: %s', (uri, expected) => expect(isRemoteUri(uri)).toBe(expected));
