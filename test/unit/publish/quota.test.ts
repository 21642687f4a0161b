import { describe, expect, it } from 'vitest';
import { demandOf, expectedImage } from '../../../src/publish/demand.ts';
import { assertRoom, quotaNotes } from '../../../src/publish/quota.ts';
import { readTargetWord } from '../../support/target-word.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const demand = (word: string, image = {}) => demandOf(readTargetWord(word), image);

describe('what a publication takes', () => {
  const made = { visibility: 'private', way: { kind: 'upload' } };
  it.each([
    ['glance:c', { ...made, images: 1, imageBytes: 5, volumes: 0, snapshots: 0, volumeGiB: 2 }],
    ['glance:c,partition-image', { ...made, images: 3, volumes: 0, snapshots: 0, volumeGiB: 2 }],
    [
      'cinder:c,visibility=public,snapshot',
      { ...made, images: 1, imageBytes: 5, volumes: 1, snapshots: 1, volumeGiB: 2 },
    ],
    ['cinder:c,image=9,size=7', { images: 0, volumes: 1, snapshots: 0, volumeGiB: 7 }],
    ['ironic:c,url=http://x/y,node=n', { images: 0, volumes: 0, snapshots: 0, volumeGiB: 2, node: 'n' }],
    [
      'glance:c,store=s,member=m',
      {
        ...made,
        visibility: 'shared',
        store: 's',
        images: 1,
        imageBytes: 5,
        volumes: 0,
        snapshots: 0,
        volumeGiB: 2,
      },
    ],
  ])('%s', (word, expected) =>
    expect(demand(word, { fileBytes: 5, diskBytes: 1.5 * GIB })).toEqual(expected),
  );

  it('is known beforehand of a raw image alone', () => {
    const [raw, packed] = [{ format: 'raw' }, { format: 'qcow2' }] as const;
    const of = (word: string, ...outputs: Parameters<typeof expectedImage>[1]) =>
      expectedImage(readTargetWord(word), outputs, GIB);
    expect(of('glance:c', raw)).toEqual({ diskBytes: GIB, fileBytes: GIB });
    expect(of('glance:c', raw, packed)).toEqual({ diskBytes: GIB });
    expect(of('glance:c,format=raw', raw, packed)).toEqual({ diskBytes: GIB, fileBytes: GIB });
    expect(expectedImage(readTargetWord('glance:c'), [raw], undefined)).toEqual({});
  });
});

describe('room', () => {
  const size = { resource: 'image_size_total', limit: 100, unitBytes: MIB };

  it.each([
    [0, 100],
    [100, 0],
    [99, 1],
  ])('of 100 is enough with %i used and %i more', (used, wanted) =>
    expect(() => assertRoom('Glance', [{ ...size, used, wanted }])).not.toThrow(),
  );

  it('that is not there is told with all its numbers', () => {
    const count = { resource: 'image_count_total', used: 3, limit: 3, wanted: 1 };
    expect(() => assertRoom('Glance', [{ ...size, used: 60, wanted: 41 }, count])).toThrow(
      expect.objectContaining({
        code: 'publish.quota',
        message: expect.stringMatching(
          /image_size_total is 100\.0 MiB, 60\.0 MiB of it used, and 41\.0 MiB more .*image_count_total is 3, 3 of it used/,
        ),
      }),
    );
  });

  it('without a limit there is always room, and nothing to tell', () => {
    const endless = { ...size, limit: -1, used: 10 ** 6, wanted: 10 ** 6 };
    expect(() => assertRoom('Cinder', [endless])).not.toThrow();
    expect(quotaNotes([endless])).toEqual([]);
  });
});
