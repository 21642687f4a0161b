import { expect, it } from 'vitest';
import {
  parseCheck,
  parseInfo,
  parseMap,
  parseProgress,
  parseVersion,
} from '../../../src/qemu-img/qemu-img-output.ts';

it('reads info of 7.2, and of 10 with its new keys', () => {
  const old = '{"virtual-size":8388608,"filename":"x","format":"raw","actual-size":4096,"dirty-flag":false}';
  expect(parseInfo(old)).toMatchObject({
    format: 'raw',
    virtualSize: 8388608,
    actualSize: 4096,
    snapshots: 0,
  });
  const recent = `{"children":[{"name":"file","info":{}}],"virtual-size":1,"filename":"x","format":"qcow2","actual-size":2,
    "backing-filename":"/etc/shadow","encrypted":true,"snapshots":[{}],
    "format-specific":{"type":"qcow2","data":{"data-file":"d","corrupt":true,"compression-type":"zstd"}}}`;
  expect(parseInfo(recent)).toEqual({
    format: 'qcow2',
    virtualSize: 1,
    actualSize: 2,
    backingFile: '/etc/shadow',
    dataFile: 'd',
    encrypted: true,
    snapshots: 1,
    corrupt: true,
    compression: 'zstd',
  });
});

it.each(['', '[]', '{"format":"raw","virtual-size":-1}', 'null'])('refuses %j', (text) => {
  expect(() => parseInfo(text)).toThrowError(expect.objectContaining({ code: 'disk.tool-output' }));
});

it('tells leaks from corruption', () => {
  expect(parseCheck('{"check-errors":0}').result).toBe('clean');
  expect(parseCheck('{"check-errors":0,"leaks":2}')).toEqual({ result: 'leaks', leaks: 2, corruptions: 0 });
  expect(parseCheck('{"check-errors":0,"leaks":2,"corruptions":1}').result).toBe('corrupt');
});

it('reads a map', () => {
  expect(
    parseMap('[{"start":0,"length":5,"depth":0,"present":true,"zero":false,"data":true,"offset":0}]'),
  ).toEqual([{ start: 0, length: 5, data: true }]);
});

it('reads progress and version', () => {
  expect(parseProgress('    (0.00/100%)\r    (42.50/100%)\r')).toBe(0.425);
  expect(parseProgress('warning')).toBeUndefined();
  expect(parseVersion('qemu-img version 7.2.22 (Debian 1:7.2+dfsg)\nCopyright')).toBe('7.2.22');
});
