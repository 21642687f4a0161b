import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectLibvirt } from '../../src/libvirt/connect-libvirt.ts';
import type { LibvirtConnection } from '../../src/libvirt/libvirt.ts';
import { domainXml } from '../../src/vm/domain-xml.ts';
import { DOMAIN_XML_CASES } from '../support/domain-xml-cases.ts';

let connection: LibvirtConnection;
beforeAll(async () => {
  connection = await connectLibvirt('test:///default');
});
afterAll(() => connection.close());

describe("libvirt's schema and parser", () => {
  it.each(Object.entries(DOMAIN_XML_CASES))('take %s', async (_name, input) => {
    const { uuid, name } = await connection.defineXml(domainXml(input), { validate: true });
    try {
      expect(name).toBe(input.name);
      expect(await connection.getXml(uuid)).toMatch(new RegExp(`id=["']${input.buildId}["']`));
    } finally {
      await connection.undefine(uuid);
    }
  });
});
