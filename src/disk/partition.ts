export type Partition = {
  /** As Linux counts: 1 to 4 primary, 5 and up logical. */
  readonly number: number;
  /** Bytes from the start of the disk. */
  readonly start: number;
  /** Bytes. */
  readonly size: number;
  /** A GPT type GUID in lower case, or an MBR type as two hexadecimal digits. */
  readonly type: string;
  /** GPT's name, made printable; empty in an MBR. */
  readonly name: string;
  /** Marked for BIOS boot: MBR's active flag, GPT's legacy-boot attribute. */
  readonly active: boolean;
};

export type PartitionTable = {
  readonly kind: 'gpt' | 'mbr' | 'none';
  readonly sectorSize: number;
  readonly partitions: readonly Partition[];
  /** What is wrong with the table, one sentence part each; a table with problems is still shown as far as it is read. */
  readonly problems: readonly string[];
};

export const GPT_TYPE = {
  esp: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  biosGrub: '21686148-6449-6e6f-744e-656564454649',
} as const;

export const MBR_TYPE = { esp: 'ef', protective: 'ee' } as const;

export function isEsp({ type }: Partition): boolean {
  return type === GPT_TYPE.esp || type === MBR_TYPE.esp;
}

/** Sorts out entries no disk can hold, and overlaps, which no honest tool makes. */
export function soundPartitions(
  found: readonly Partition[],
  diskSize: number,
): { readonly partitions: readonly Partition[]; readonly problems: readonly string[] } {
  const inside = found.filter(({ start, size }) => start > 0 && size > 0 && start + size <= diskSize);
  const outside = found.filter((partition) => !inside.includes(partition));
  const inOrder = inside.toSorted((a, b) => a.start - b.start);
  const overlapping = inOrder.filter((partition, index) => {
    const before = inOrder[index - 1];
    return before !== undefined && before.start + before.size > partition.start;
  });
  const problems = [
    ...outside.map(({ number }) => `partition ${number} lies outside the disk`),
    ...overlapping.map(({ number }) => `partition ${number} overlaps the one before it`),
  ];
  return { partitions: inside, problems };
}
