import { type ImageProblem, problem } from './image-problem.ts';

/** Incompatible feature bits (QEMU docs/interop/qcow2.txt). */
const FEATURE = { dirty: 1n, corrupt: 2n, externalData: 4n, compression: 8n, extendedL2: 16n } as const;
const KNOWN_FEATURES = 31n;

const EXTERNAL_DATA_NAME = 0x44415441;
const MOST_EXTENSIONS = 64;

/** What speaks against a qcow2 image whose content is not trusted, by its header alone. */
export function checkQcow2(head: Buffer): ImageProblem | undefined {
  if (head.length < 72) return problem('disk.corrupt', 'is too short for a qcow2 image');
  const version = head.readUInt32BE(4);
  if (version < 2 || version > 3) return problem('disk.unsupported', `is a qcow image of version ${version}`);
  if (head.readBigUInt64BE(8) !== 0n) return problem('disk.backing-file', 'has a backing file');
  if (head.readUInt32BE(32) !== 0) return problem('disk.encrypted', 'is encrypted');
  if (head.readUInt32BE(60) !== 0) return problem('disk.snapshots', 'has internal snapshots');
  if (version === 2) return checkExtensions(head, 72);
  if (head.length < 104) return problem('disk.corrupt', 'is too short for a qcow2 image');
  return checkFeatures(head.readBigUInt64BE(72)) ?? checkExtensions(head, head.readUInt32BE(100));
}

function checkFeatures(features: bigint): ImageProblem | undefined {
  if (features & FEATURE.externalData) return problem('disk.external-data', 'keeps its data in another file');
  if (features & FEATURE.corrupt) return problem('disk.corrupt', 'is marked as corrupt');
  if (features & FEATURE.dirty)
    return problem('disk.dirty', 'was not closed (run `qemu-img check -r all` on it)');
  return features & ~KNOWN_FEATURES
    ? problem('disk.unsupported', 'uses features unknown to Kiln')
    : undefined;
}

/** The name of an external data file stands in a header extension; without the feature bit it would still be a lie. */
function checkExtensions(head: Buffer, start: number): ImageProblem | undefined {
  let at = start;
  for (let count = 0; count < MOST_EXTENSIONS && at + 8 <= head.length; count += 1) {
    const type = head.readUInt32BE(at);
    if (type === 0) return undefined;
    if (type === EXTERNAL_DATA_NAME) return problem('disk.external-data', 'names an external data file');
    at += 8 + Math.ceil(head.readUInt32BE(at + 4) / 8) * 8;
  }
  return undefined;
}
