import { expect, it } from 'vitest';
import { COMMON_OPTIONS } from '../../../../src/install-script/options/common-options.ts';
import { scriptValues } from '../../../../src/install-script/script-values.ts';
import type { InstallScriptKind } from '../../../../src/spec/build-spec.ts';

function problemOf(name: string, value: string, kind: InstallScriptKind = 'preseed'): string | undefined {
  try {
    scriptValues({ name: 'x', kind, token: 't', passwordHash: undefined, variables: { [name]: value } });
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: 'script.bad-option' });
    return (error as Error).message;
  }
}

const MALFORMED = [
  ['http://1.2.3.4.5/', 'has the host 1.2.3.4.5, which is no IPv4 address'],
  ['http://256.1.1.1/', 'has the host 256.1.1.1, which is no IPv4 address'],
  ['http://m:99999/', 'has the port 99999; 65535 is the highest'],
  ['http://m:x/', 'has the port x, which is no number'],
  ['http://[::1/', 'has the host [::1, whose brackets hold no IPv6 address'],
  ['http://[1:2]/', 'has the host [1:2], whose brackets hold no IPv6 address'],
  ['http://%zz/', 'has the host %zz, which is no name of a host'],
  ['http://xn--/', 'has the host xn--, which is no name of a host'],
  ['https://:81/', 'has no host'],
] as const;

it.each(MALFORMED)('%s %s', (address, fault) => {
  for (const name of ['mirror', 'proxy'])
    expect(problemOf(name, address)).toContain(`${name}: "${address}" ${fault}`);
});

it.each(['kickstart', 'preseed', 'autoinstall', 'autoyast', 'user-script'] as const)(
  'a script of the kind %s takes no malformed address',
  (kind) => {
    for (const [address, fault] of MALFORMED) expect(problemOf('mirror', address, kind)).toContain(fault);
  },
);

it.each([
  ['http://joe:hush@m:99999/', '"http://m:99999/" has the port 99999; 65535 is the highest'],
  ['http://joe:hu/sh@m/', '"http://m/" has a login with a / in it; write it as %2F'],
  ['http://joe:99999/hush@m/', '"http://m/" has a login with a / in it; write it as %2F'],
])('of %s the login is not shown', (address, problem) => {
  const message = problemOf('proxy', address);
  expect(message).toContain(problem);
  expect(message).not.toMatch(/joe|hu|sh@/);
});

it.each([
  'http://m',
  'http://10.0.2.2:3142/debian/',
  'https://[2001:db8::1]:8443/a',
  'http://xn--bcher-kva.example/',
])('%s is taken', (address) => {
  for (const { name } of COMMON_OPTIONS.filter(({ shape }) => shape.includes('address')))
    expect(problemOf(name, address)).toBeUndefined();
});
