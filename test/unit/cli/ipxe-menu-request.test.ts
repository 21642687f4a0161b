import { expect, it } from 'vitest';
import { menusRequest } from '../../../src/cli/ipxe-menu-request.ts';

const IO = { cwd: '/', projectDir: `${import.meta.dirname}/../../..` };
const request = (timeout: string) => menusRequest({ timeout }, 'http://boot.example', IO);

it('refuses a time that iPXE takes for no limit', () => {
  for (const timeout of ['0', '0s', '0m'])
    expect(() => request(timeout), timeout).toThrow(
      expect.objectContaining({ code: 'options.invalid', message: expect.stringContaining('--timeout') }),
    );
  expect(request('1s').timeoutSeconds).toBe(1);
});
