import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { MASK, type Redactor, SHORTEST_SECRET } from './redact.ts';

/**
 * What is kept of a secret so that it can be found in text later, though the value itself is not kept. It tells the length and 16 bits;
 * the rest would have to be guessed through scrypt.
 */
export type SecretTrace = {
  /** In UTF-16 code units. */
  readonly length: number;
  /** `hashOf` the value: most of a text is passed over by it. */
  readonly filter: number;
  /** Base64. */
  readonly salt: string;
  readonly digest: string;
};

const DIGEST_BYTES = 32;
/** About 10 ms a guess; of 8 MiB of text some 128 places come through the filter. */
const COST = { N: 4096, r: 8, p: 1 } as const;
const BASE = 0x01000193;

/** The traces of those long enough to be looked for; of one that JSON writes otherwise both forms. */
export function tracesOf(secrets: readonly string[]): SecretTrace[] {
  const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return [...new Set(forms)].filter(({ length }) => length >= SHORTEST_SECRET).map(traceOf);
}

function traceOf(secret: string): SecretTrace {
  const salt = randomBytes(16);
  return {
    length: secret.length,
    filter: filterOf(hashOf(secret)),
    salt: salt.toString('base64'),
    digest: digestOf(secret, salt).toString('base64'),
  };
}

/** Hides the secrets wherever they stand, the longest first. */
export function redactorByTraces(traces: readonly SecretTrace[]): Redactor {
  const longestFirst = [...traces].sort((a, b) => b.length - a.length).map(hider);
  return (text) => longestFirst.reduce((result, hide) => hide(result), text);
}

function hider(trace: SecretTrace): Redactor {
  const [salt, digest] = [Buffer.from(trace.salt, 'base64'), Buffer.from(trace.digest, 'base64')];
  const known = new Map<string, boolean>();
  const isSecret = (word: string): boolean => {
    const before = known.get(word);
    if (before !== undefined) return before;
    const found = timingSafeEqual(digestOf(word, salt), digest);
    known.set(word, found);
    return found;
  };
  return (text) => {
    const parts: string[] = [];
    let from = 0;
    for (const place of placesWith(text, trace)) {
      if (place < from || !isSecret(text.slice(place, place + trace.length))) continue;
      parts.push(text.slice(from, place), MASK);
      from = place + trace.length;
    }
    return parts.length === 0 ? text : parts.join('') + text.slice(from);
  };
}

/** Where a part of this length comes through the filter: a rolling hash (Rabin and Karp). */
function* placesWith(text: string, { length, filter }: SecretTrace): Generator<number> {
  if (text.length < length) return;
  let highest = 1;
  for (let index = 1; index < length; index++) highest = Math.imul(highest, BASE);
  let hash = hashOf(text.slice(0, length));
  for (let place = 0; ; place++) {
    if (filterOf(hash) === filter) yield place;
    if (place + length >= text.length) return;
    const without = hash - Math.imul(text.charCodeAt(place), highest);
    hash = (Math.imul(without, BASE) + text.charCodeAt(place + length)) | 0;
  }
}

function hashOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++)
    hash = (Math.imul(hash, BASE) + text.charCodeAt(index)) | 0;
  return hash;
}

const filterOf = (hash: number): number => hash >>> 16;

const digestOf = (secret: string, salt: Buffer): Buffer => scryptSync(secret, salt, DIGEST_BYTES, COST);
