/** `Omit` for each member of a union by itself; TypeScript's own keeps only what all members share. */
export type OmitEach<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;
