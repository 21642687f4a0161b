import { kilnVersion } from './kiln-version.ts';

/** What a report says of where it was made. */
export const aboutHost = (projectDir: string): readonly string[] => [
  `Kiln ${kilnVersion(projectDir)}`,
  `Node.js ${process.version}`,
  `${process.platform} ${process.arch}`,
];
