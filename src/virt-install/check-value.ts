import { suggestion } from '../foundation/nearest-word.ts';
import type { SubOption } from './options/option-table.ts';
import { parseSwitch } from './virt-install-options.ts';

/** What is wrong with a sub-option's value, with the values it may have; undefined when nothing is. */
export function problemOfValue([, , details]: SubOption, value: string): string | undefined {
  const { kind = 'text', values } = details ?? {};
  if (value === '') return undefined;
  if (values !== undefined && !values.includes(value)) {
    return `"${value}" is not one of ${values.join(', ')}.${suggestion(value, values)}`;
  }
  switch (kind) {
    case 'int':
      return isWholeNumber(value) ? undefined : `"${value}" is not a whole number`;
    case 'yes-no':
    case 'on-off':
    case 'flag':
    case 'switch':
      return parseSwitch(value) === undefined ? `"${value}" is not one of yes, no, on, off` : undefined;
    case 'text':
    case 'file':
      return undefined;
  }
}

const isWholeNumber = (text: string): boolean => /^[+-]?(?:\d+|0x[0-9a-f]+)$/i.test(text.trim());

/** `0x1F` → `31`: numbers reach the XML as decimals. */
export function decimal(text: string): string {
  const trimmed = text.trim();
  const negative = trimmed.startsWith('-');
  const magnitude = BigInt(trimmed.replace(/^[+-]/, ''));
  return `${negative ? '-' : ''}${magnitude}`;
}
