import type { BuildOverrides } from './build-overrides.ts';
import type { KeyPath } from './key-places.ts';
import { optionFor } from './option-keys.ts';
import type { Settings } from './settings.ts';

type Locate = (path: KeyPath) => string | undefined;

/**
 * Where a setting was given: its option, else its place in a template (`ofTemplate`). Options have no line, and a key they set must not be
 * reported at the template's.
 */
export function placeFinder(ofTemplate: Locate, given: Settings, overrides: BuildOverrides): Locate {
  const keys: Readonly<Record<string, unknown>> = given;
  return (path) => {
    const [first, second] = path;
    const value = keys[CAMEL[String(first)] ?? String(first)];
    const part =
      typeof value === 'object' && value !== null && second !== undefined ? Object.entries(value) : undefined;
    const byOption = part
      ? part.some(([key, set]) => key === String(second) && set !== undefined)
      : value !== undefined;
    return byOption ? optionFor(path, overrides) : ofTemplate(path);
  };
}

const CAMEL: Readonly<Record<string, string>> = {
  'boot-check': 'bootCheck',
  'root-password': 'rootPassword',
  'extra-args': 'extraArgs',
};

/** Names of settings for a template's first-level keys. */
export const settingKeys = (keys: readonly string[] | 'all'): readonly string[] =>
  keys === 'all' ? [] : keys.map((key) => CAMEL[key] ?? key);
