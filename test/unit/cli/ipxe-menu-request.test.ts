import { expect, it } from 'vitest';
import { menusRequest, signingKey } from '../../../src/cli/ipxe-menu-request.ts';
import { requireHeeded } from '../../../src/cli/serve-options.ts';

const IO = { cwd: '/', projectDir: `${import.meta.dirname}/../../..` };
const request = (timeout: string) => menusRequest({ timeout }, 'http://boot.example', IO);

it('refuses a time that iPXE takes for no limit, and one of weeks', () => {
  for (const timeout of ['0', '0s', '0m', '86401s', '9000h'])
    expect(() => request(timeout), timeout).toThrow(
      expect.objectContaining({ code: 'options.invalid', message: expect.stringContaining('--timeout') }),
    );
  expect(request('1s').timeoutSeconds).toBe(1);
  expect(request('24h').timeoutSeconds).toBe(86_400);
});

it('refuses a chain of certificates without the key it belongs to', () => {
  expect(() => signingKey({ signChain: 'chain.pem' }, '/')).toThrow(
    expect.objectContaining({ message: expect.stringContaining('--sign-chain goes with --sign-key') }),
  );
});

it.each([
  ['http://x/${a}', 'http://server/path'],
  ['${next-server}/x', 'http://server/path'],
  ['http://x/debian?q=1', 'write http://x/debian'],
  ['http://x/debian#f', 'write http://x/debian'],
])('refuses the mirror %s, to which names could not be added', (url, advice) => {
  expect(() => menusRequest({ mirror: [`debian=${url}`] }, 'http://boot.example', IO)).toThrow(
    expect.objectContaining({ code: 'options.invalid', message: expect.stringContaining(advice) }),
  );
});

it('takes settings and a query in the address of a script, which is fetched as it stands', () => {
  const scriptUrl = ['debian=${kiln_url}p.cfg?a=b'];
  expect(menusRequest({ scriptUrl }, 'http://boot.example', IO).scripts).toEqual({
    debian: '${kiln_url}p.cfg?a=b',
  });
});

it.each([
  [{ mirror: ['debian=http://a/', 'debian=http://b/'] }, '--mirror names debian twice'],
  [{ scriptUrl: ['debian=http://a/', 'debian=http://a/'] }, '--script-url names debian twice'],
  [{ mirror: ['Debian=http://a/'] }, 'in lower case'],
])('refuses %j', (options, why) => {
  expect(() => menusRequest(options, 'http://boot.example', IO)).toThrow(
    expect.objectContaining({ code: 'options.invalid', message: expect.stringContaining(why) }),
  );
});

it('refuses two folders for one tree', () => {
  const options = { listen: '', port: '', tree: ['debian=a', 'fedora=a', 'debian=b'] };
  expect(() => requireHeeded(options)).toThrow(
    expect.objectContaining({
      code: 'options.invalid',
      message: expect.stringContaining('--tree names debian twice'),
    }),
  );
});
