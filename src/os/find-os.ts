import { OPERATING_SYSTEMS, type OperatingSystem } from './os-table.ts';

/** What may follow a system's id to name one of its minor releases: `rhel9.4`, `sles15sp6`, `rocky9-unknown` (libosinfo's word). */
const MINOR = /^(\.\d+(\.\d+)*|-?sp\d+|-unknown)$/;

/**
 * Finds a system by id, alias, a minor release of it (`rhel9.4`), or the generic row its id begins with (`fedora39`); undefined when Kiln
 * does not know it.
 */
export function findOs(id: string): OperatingSystem | undefined {
  const word = id.toLowerCase();
  const named = (matches: (name: string) => boolean): OperatingSystem | undefined =>
    OPERATING_SYSTEMS.find((os) => [os.id, ...os.aliases].some(matches));
  const generic = OPERATING_SYSTEMS.filter((os) => os.generic && word.startsWith(os.id));
  return (
    named((name) => name === word) ??
    named((name) => /\d$/.test(name) && word.startsWith(name) && MINOR.test(word.slice(name.length))) ??
    generic.find((os) => /^[-.]?\d/.test(word.slice(os.id.length)))
  );
}

/** The system whose Debian suite has this code name. */
export function findOsBySuite(suite: string): OperatingSystem | undefined {
  return OPERATING_SYSTEMS.find((os) => os.suites.includes(suite.toLowerCase()));
}

/** Every word `findOs` understands, for suggestions and help. */
export const OS_WORDS: readonly string[] = OPERATING_SYSTEMS.flatMap((os) => [os.id, ...os.aliases]);
