import { inflateSync } from 'node:zlib';

/**
 * The head of a physical volume as LVM 2.03.16 wrote it (vgcfgrestore): group debian-vg with `root`, ten extents at extent 0 and ten at
 * extent 15, and `swap_1`, five at extent 10; extents of 4 MiB, the first at 1 MiB.
 */
export function recordedPhysicalVolume(): Buffer {
  return inflateSync(Buffer.from(RECORDED, 'base64'));
}

const RECORDED = [
  'eNrtWOtu2zYUTgZswIgB6yMQCoZeULoUYzl2gAyTHTVx4SRebNhYk0BQZFpVK4maRKt2nQD90efqU+wR+nvYI+xQspMsSQes',
  'aIYN1ScI4jk61Ll8vEBcWSnxJaNjNq3Owb61upB37/38O1b6wR7DlOqGcfAscGjX7NWt1mF//HLjVbOXDMyX4ZtuNpD+ysrb',
  '74qe9/7e0fL1H9/f+voruFdLOkqUKFGiRIkSJUqUKFHizvDbuw/vcf6zNz0yzB8Suv/ox9Xb/te+KR4fvi6ezX51WFbv/48R',
  'P/WdiGQeniN/hLewlj3fkbu7hCbPPNKWtYAM+rM+8Y0dSdLWKSNpc2MjHGoo5b9GAjroaCyS0JGqb5CFDN5IR05SkI+0Q6vX',
  'fm6ZzY6lPcYgmdvqOTxs9y3tBI0Dx8vtThCfSh5JO/XfcFDU9QZDoTO1gwwkmjfjRZNLZ+RIx3ZF7PM016H4xSz1XSewMxFM',
  'QtDOQZfRi5yKUwyijjGIOscg6iCDqJMMoo4ySHGWoaERz3xXBaA9geaTQIiYauhqQmanc9Ay+3lGf0kA7JfRV2mjRimKuQ0d',
  'E1UYRqt1JbtiEim52kDncCG41/AOj3jiSD7Cp7NiKmY8SX0RYVah6xW99oA9xA8YZYxQg+j1h5u4B+XeFxlmOqZ0kzU2DQY+',
  'WA0hV0SqkCoorQ9FxU8LcgZ5YfBOIiaxhpYOFHsQeeomfiwLhTZMfMnxOBEhzjw34RAZJjNMCHx67Hv4flGkdD72A8mTraNj',
  'zTlTlTo71h4fa8lZ5RG0TvAk5fbCFCz5Fj3Hjiv9zFGO5pO8XrPI3aI4byeTgKfKyAvEqRPMVXcYToFwX42UTSHGIghAPL+P',
  'LwfuJVUV4CqPGDzYL0Saj8ks1L5dwx0/mkxxFuJaRa9XqlUydklWqzXwmo57e13cPbSsvW7f3v5l39xrt/BPFE/rNbtWvfyg',
  '9EPFrr7RMBijjQaDz36ciC9m/rNy/n/y/A+Edz3sRAh5ETcbusZoSEwAaQJIC0C2AcQCkKc5rlX8ao2hMWj32jei/figvnUC',
  'AdleqPhZJsDQUqVDsHmadkFhTsiCzaW1DhTJWZwXNpWw1vCRilk1Lm3QQpNHiDSgD6Kn6ATqtHDFbrrSP6Mv3cidAS3paye2',
  '9QsW1u+KhetV1f9RVY1PTpQuEj3/TBvQOt3Uq3e0AY29hKdSJPw/twMRAgsfrBZkDHGyioRcL1bTf3En0qlevbETXWXkTxnb',
  '7IY=',
].join('');
