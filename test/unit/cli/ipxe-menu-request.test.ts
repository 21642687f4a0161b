import { expect, it } from 'vitest';
import { menusRequest, signingKey } from '../../../src/cli/ipxe-menu-request.ts';

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
