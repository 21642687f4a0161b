import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { MenusRequest } from '../build/make-menus.ts';
import { parseDuration } from '../foundation/duration.ts';
import { readWholeUrl, schemeOf } from '../ipxe/ipxe-url.ts';
import type { SigningKey } from '../ipxe/menu/sign-menus.ts';
import { isTitle, TITLE_TEXT } from '../ipxe/script-words.ts';
import type { CliIo } from './cli-io.ts';
import { invalidOption } from './invalid-option.ts';
import { safeLine } from './safe-text.ts';

export type MenuOptionValues = {
  readonly url?: string;
  readonly title?: string;
  readonly default?: string;
  readonly timeout?: string;
  readonly mirror?: readonly string[];
  readonly scriptUrl?: readonly string[];
  readonly custom?: string;
  readonly hosts?: string;
  readonly signKey?: string;
  readonly signCert?: string;
  readonly signChain?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
};

/** @throws SpecError `options.invalid`, `ipxe.bad-url`, `duration.invalid` */
export function menusRequest(
  options: MenuOptionValues,
  url: string,
  io: Pick<CliIo, 'cwd' | 'projectDir'>,
): MenusRequest {
  const { title = 'Kiln' } = options;
  const seconds = menuSeconds('--timeout', options.timeout);
  if (!isTitle(title)) throw invalidOption('--title', `takes ${TITLE_TEXT}`);
  return {
    url: menusUrl(url),
    title,
    version: packageVersion(io.projectDir),
    defaultEntry: options.default ?? 'local',
    timeoutSeconds: seconds,
    mirrors: mirrorsOf(options.mirror),
    scripts: addresses('--script-url', options.scriptUrl),
    signed: options.signKey !== undefined,
    ...(options.custom === undefined ? {} : { customFolder: resolve(io.cwd, options.custom) }),
    ...(options.hosts === undefined ? {} : { hostsFolder: resolve(io.cwd, options.hosts) }),
  };
}

const LONGEST_WAIT = 24 * 3600;

/**
 * How long a menu waits. iPXE takes no time for no limit (ipxe.org/cmd/choose), and counts milliseconds in 32 bits on BIOS.
 * @param advice goes on behind what is wrong
 */
export function menuSeconds(option: string, text = '300s', advice = ''): number {
  const seconds = parseDuration(text);
  if (seconds > LONGEST_WAIT) throw invalidOption(option, 'takes at most 24h');
  if (seconds >= 1) return seconds;
  throw invalidOption(option, `takes at least 1s, with less the menu would wait for ever${advice}`);
}

/** What the options that were given set in boot.cfg, whatever is left to defaults. */
export function givenSettings({ timeout, ...options }: MenuOptionValues): readonly string[] {
  return [
    'kiln_url',
    ...(timeout === undefined ? [] : ['kiln_timeout']),
    ...(options.default === undefined ? [] : ['kiln_default']),
    ...Object.keys(addresses('--mirror', options.mirror)).map((id) => `${id}_mirror`),
    ...Object.keys(addresses('--script-url', options.scriptUrl)).map((id) => `${id}_script`),
  ];
}

/** Where the menus are, with a slash at its end. */
function menusUrl(text: string): string {
  const given = readWholeUrl(text, 'schemeless');
  const whole = schemeOf(given) === undefined ? `http://${given}` : given;
  return folderUrl('--url', 'the folder of the menus', whole).replace(/\/*$/, '/');
}

/** An address to which names are added. */
function folderUrl(option: string, what: string, text: string): string {
  if (!URL.canParse(text) || text.includes('${'))
    throw invalidOption(option, `takes an address such as http://server/path/, not "${safeLine(text)}"`);
  const folder = new URL(text);
  const { href } = folder;
  folder.pathname = folder.pathname.replace(/[^/]+\.(ipxe|cfg)$/, '');
  folder.search = '';
  folder.hash = '';
  if (folder.href === href) return href;
  throw invalidOption(option, `is ${what}, to which names are added; write ${folder.href}`);
}

function packageVersion(projectDir: string): string {
  return (JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as { version: string }).version;
}

function mirrorsOf(words: readonly string[] | undefined): Readonly<Record<string, string>> {
  const named = addresses('--mirror', words);
  for (const [id, url] of Object.entries(named)) folderUrl('--mirror', `the folder of ${id}`, url);
  return named;
}

function addresses(option: string, words: readonly string[] = []): Readonly<Record<string, string>> {
  const named = words.map((word) => {
    const [, id, url] = /^([a-z0-9-]+)=(.+)$/.exec(word) ?? [];
    if (id === undefined || url === undefined)
      throw invalidOption(
        option,
        `takes DISTRIBUTION=URL, the distribution in lower case, not "${safeLine(word)}"`,
      );
    return [id, readWholeUrl(url, 'with-scheme')] as const;
  });
  requireOnce(
    option,
    named.map(([id]) => id),
  );
  return Object.fromEntries(named);
}

/** Of two for one name the last would count, and nothing tell of the first. */
export function requireOnce(option: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined)
    throw invalidOption(option, `names ${safeLine(twice)} twice; leave one of them out`);
}

export function signingKey(options: MenuOptionValues, cwd: string): SigningKey | undefined {
  const { signKey, signCert, signChain } = options;
  if (signKey === undefined && signCert === undefined) {
    if (signChain === undefined) return undefined;
    throw invalidOption('--sign-chain', 'goes with --sign-key and --sign-cert; name them too');
  }
  if (signKey === undefined || signCert === undefined)
    throw invalidOption('--sign-key', 'and --sign-cert go together');
  const chain = signChain === undefined ? {} : { chain: resolve(cwd, signChain) };
  return { key: resolve(cwd, signKey), certificate: resolve(cwd, signCert), ...chain };
}
