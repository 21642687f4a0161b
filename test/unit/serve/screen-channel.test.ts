import { expect, test } from 'vitest';
import { vncIndex } from '../../../src/serve/screen-channel.ts';

const domain = (devices: string): string =>
  `<domain type='qemu'><name>x</name><devices><disk/>${devices}</devices></domain>`;

test('the VNC server among the graphics of a domain', () => {
  expect(vncIndex(domain('<graphics type="vnc"><listen type="none"/></graphics>'))).toBe(0);
  expect(vncIndex(domain('<graphics type="spice"/><video/><graphics type="vnc"/>'))).toBe(1);
  expect(vncIndex(domain('<graphics type="spice"/>'))).toBe(-1);
  expect(vncIndex(domain(''))).toBe(-1);
});
