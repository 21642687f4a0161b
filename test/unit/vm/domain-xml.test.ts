import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { domainXml } from '../../../src/vm/domain-xml.ts';
import { DOMAIN_XML_CASES } from '../../support/domain-xml-cases.ts';

const goldenPath = (name: string): URL =>
  new URL(`../../../fixtures/domain-xml/${name}.xml`, import.meta.url);

/** `REGENERATE=1` rewrites the golden files; read the diff before committing it. */
function golden(name: string, actual: string): string {
  if (process.env.REGENERATE === '1') writeFileSync(goldenPath(name), actual);
  return readFileSync(goldenPath(name), 'utf8');
}

describe('domainXml', () => {
  it.each(Object.entries(DOMAIN_XML_CASES))('makes the domain of %s', (name, input) => {
    const xml = domainXml(input);
    expect(xml).toBe(golden(name, xml));
  });
});
