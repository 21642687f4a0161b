import { describe, expect, it } from 'vitest';
import { parseXml } from '../../../src/foundation/parse-xml.ts';
import { writeXml } from '../../../src/foundation/xml-node.ts';
import { addToDomain } from '../../../src/virt-install/kiln-additions.ts';

const PARTS = {
  buildId: 'b1',
  serialLog: '/b/serial.log',
  owner: { uid: 7, gid: 8 },
  throwAwayDisks: ['vda'],
};

function added(xml: string): string {
  const domain = parseXml(xml);
  addToDomain(domain, PARTS);
  return writeXml(domain);
}

const domain = (devices: string, more = ''): string =>
  `<domain><name>a</name><uuid>u</uuid><os><type arch="x86_64">hvm</type></os><devices>${devices}</devices>${more}</domain>`;

describe("Kiln's additions to a domain", () => {
  it('mark it, keep its console, watch for panics, run it as the user and make the new disk cheap', () => {
    const text = added(
      domain('<disk><target dev="vda"/></disk><disk><target dev="vdb"/></disk><console type="pty"/>'),
    );
    expect(text).toContain('<kiln:build xmlns:kiln="urn:kiln:build:1" id="b1"/>');
    expect(text).toContain('<log file="/b/serial.log" append="on"/>');
    expect(text).toContain('<panic model="isa"/>');
    expect(text).toContain('<label>+7:+8</label>');
    expect(text.match(/cache="unsafe"/g)).toHaveLength(1);
    expect(text).toContain('error_policy="stop"');
  });

  it('leave what the command line says', () => {
    const disk = '<disk><driver cache="none"/><target dev="vda"/></disk>';
    const text = added(
      domain(
        `${disk}<serial type="pty"><log file="/mine"/></serial><panic model="hyperv"/>`,
        '<seclabel model="dac" type="none"/>',
      ),
    );
    expect(text).toContain('cache="none"');
    expect(text).not.toContain('/b/serial.log');
    expect(text.match(/<panic/g)).toHaveLength(1);
    expect(text).not.toContain('+7:+8');
  });
});
