import { isIP } from 'node:net';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { judged } from './name-rules.ts';

type Rule = LintRule<ScriptOf<'preseed'>>;

/** What a question of netcfg takes, and what becomes of another value (netcfg's static.c and netcfg-common.c). */
type AddressQuestion = {
  readonly takes: (value: string) => boolean;
  readonly otherwise: string;
  readonly example: string;
};

const ASKED = 'the installer calls it malformed and asks for another';

/** `none` says that there is none. */
const isAddress = (value: string): boolean => value === 'none' || isIP(value) !== 0;

const QUESTIONS: Readonly<Record<string, AddressQuestion>> = {
  'netcfg/get_ipaddress': {
    takes: (value) => isIP(value.replace(/\/\d*$/, '')) !== 0,
    otherwise: ASKED,
    example: '192.0.2.10, or 192.0.2.10/24 with its netmask',
  },
  'netcfg/get_netmask': {
    takes: (value) => isIP(value) !== 0,
    otherwise: ASKED,
    example: '255.255.255.0',
  },
  'netcfg/get_gateway': { takes: isAddress, otherwise: ASKED, example: '192.0.2.1, or none' },
  'netcfg/get_nameservers': {
    takes: (value) => value.split(/\s+/).every(isAddress),
    otherwise: 'the installer passes over what is none and finds no names',
    example: '192.0.2.1, several with blanks between them: 192.0.2.1 192.0.2.2',
  },
};

const badAddress: Rule = {
  id: 'preseed.bad-address',
  severity: 'error',
  about: 'an address, netmask, gateway or name server that is none: the installer asks, or finds no names',
  check: (script) =>
    judged(script, Object.keys(QUESTIONS)).flatMap(({ question, value, lineNumber }): Hit[] => {
      const row = QUESTIONS[question];
      if (row === undefined || row.takes(value)) return [];
      const message = `${question} does not take "${value}": ${row.otherwise}`;
      return [{ line: lineNumber, message, fix: `write for example ${row.example}` }];
    }),
};

export const ADDRESS_RULES: readonly Rule[] = [badAddress];
