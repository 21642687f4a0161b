import { PublishError } from '../../foundation/errors.ts';
import { isMap, type PlainMap } from './cloud-files.ts';

const WORDS =
  /^(region_name|interface|endpoint_type|auth_type|profile|cloud|cacert|cert|key|.+_endpoint|.+_endpoint_override)$/;
const LOGIN =
  /^(auth_url|endpoint|username|user_id|password|token|system_scope|application_credential_(id|name|secret)|(user_domain|project_domain|default_domain|domain|project|tenant)_(id|name)|default_domain)$/;
const SWITCHES = ['verify', 'insecure'];

/**
 * Refuses settings of another kind than they are: one that is left out unseen has an image go elsewhere than it is written. Nothing is set by
 * an empty value.
 * @throws PublishError `publish.credentials` naming the setting, never its value
 */
export function requireKinds(cloud: string, origin: string, raw: PlainMap): void {
  const { auth } = raw;
  const wrong = (setting: string, problem: string): PublishError =>
    new PublishError('publish.credentials', `Cloud ${cloud}: ${setting} ${problem}. Mend it in ${origin}.`);
  if (isSet(auth) && !isMap(auth)) throw wrong('auth', 'takes keys with values below it, such as auth_url');
  for (const [key, value] of Object.entries(raw)) {
    if (!isSet(value)) continue;
    if (SWITCHES.includes(key) && switchOf(value) === undefined) throw wrong(key, 'is true or false');
    if (WORDS.test(key) && !isWord(value)) throw wrong(key, ONE_WORD);
  }
  for (const [key, value] of Object.entries({ ...raw, ...(isMap(auth) ? auth : {}) }))
    if (LOGIN.test(key) && isSet(value) && !isWord(value)) throw wrong(key, ONE_WORD);
}

const ONE_WORD = 'takes one text; one that YAML could take for something else stands in quotes';

const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
const isWord = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';

/** As Python's clients read it, for which YAML's older words count too; undefined for what is neither yes nor no. */
export function switchOf(value: unknown): boolean | undefined {
  if (typeof value === 'object') return undefined;
  const word = String(value);
  if (/^(1|true|yes|on)$/i.test(word)) return true;
  return /^(0|false|no|off)$/i.test(word) ? false : undefined;
}
