import { isMap } from 'yaml';
import { answerAt, parseAutoinstall } from '../autoinstall-document.ts';
import { insertAnswer } from './autoinstall-edits.ts';
import { insertAt } from './text-edits.ts';

/**
 * Has Subiquity post its events to an address besides what the script says itself (autoinstall reference, `reporting`; curtin,
 * reporter/handlers.py). A script that has no safe place for it stays as it is.
 */
export function addReporting(text: string, endpoint: string): string {
  const document = parseAutoinstall(text);
  const hook = `kiln: {type: webhook, endpoint: ${JSON.stringify(endpoint)}, level: INFO}`;
  const own = answerAt(document, 'reporting');
  if (own === undefined) return insertAnswer({ text, document }, ['reporting:', `  ${hook}`]) ?? text;
  const start = own.range?.[0];
  if (!isMap(own) || own.flow || start === undefined || document.errors.length > 0) return text;
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1));
  return insertAt(text, start, `${hook}\n${indent}`);
}
