import { expect, it } from 'vitest';
import { accessLine } from '../../../src/http-server/access-event.ts';

it('is one printable line, whatever the client asked for', () => {
  const line = accessLine({
    type: 'response',
    id: 1,
    at: 0,
    client: '127.0.0.1',
    method: 'GET',
    path: 'a\u001b[2J\nb\u0085',
    query: 'x=1',
    status: 404,
    sentBytes: 0,
    totalBytes: 0,
    complete: true,
    milliseconds: 1,
  });
  expect(line).toBe('1970-01-01T00:00:00.000Z 127.0.0.1 GET /a%1B[2J%0Ab%C2%85?x=1 404 0');
});
