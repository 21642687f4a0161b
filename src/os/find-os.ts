import { OPERATING_SYSTEMS, type OperatingSystem } from './os-table.ts';

/** Finds a system by id, alias, or the generic row its id begins with (`fedora42`); undefined when Kiln does not know it. */
export function findOs(id: string): OperatingSystem | undefined {
  const word = id.toLowerCase();
  const exact = OPERATING_SYSTEMS.find((os) => os.id === word || os.aliases.includes(word));
  const generic = OPERATING_SYSTEMS.filter((os) => os.generic && word.startsWith(os.id));
  return exact ?? generic.find((os) => /^[-.]?\d/.test(word.slice(os.id.length)));
}

/** The system whose Debian suite has this code name. */
export function findOsBySuite(suite: string): OperatingSystem | undefined {
  return OPERATING_SYSTEMS.find((os) => os.suites.includes(suite.toLowerCase()));
}

/** Every word `findOs` understands, for suggestions and help. */
export const OS_WORDS: readonly string[] = OPERATING_SYSTEMS.flatMap((os) => [os.id, ...os.aliases]);
