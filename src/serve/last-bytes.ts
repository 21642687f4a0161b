/** Keeps the newest bytes of a stream until they are taken, and counts what had to go. */
export type LastBytes = {
  add(bytes: Uint8Array): void;
  take(): { readonly bytes: Uint8Array; readonly leftOut: number };
};

export function createLastBytes(limit: number): LastBytes {
  let pieces: Buffer[] = [];
  let held = 0;
  let leftOut = 0;
  return {
    add: (bytes) => {
      // A copy: the reader uses its buffer again.
      pieces.push(Buffer.from(bytes));
      held += bytes.length;
      while (held > limit) {
        const [oldest = Buffer.alloc(0)] = pieces;
        const tooMany = Math.min(held - limit, oldest.length);
        if (tooMany === oldest.length) pieces.shift();
        else pieces[0] = oldest.subarray(tooMany);
        held -= tooMany;
        leftOut += tooMany;
      }
    },
    take: () => {
      const taken = { bytes: Buffer.concat(pieces), leftOut };
      [pieces, held, leftOut] = [[], 0, 0];
      return taken;
    },
  };
}
