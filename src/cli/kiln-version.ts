import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function kilnVersion(projectDir: string): string {
  const text = readFileSync(join(projectDir, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
