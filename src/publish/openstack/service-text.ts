import { z } from 'zod';

const LONGEST = 600;

/** What a service says in its own words, as part of a line: its line breaks and control characters could pass for lines of Kiln's own. */
export const serviceText = z.string().transform((text) => {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
});
