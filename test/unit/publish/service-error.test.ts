import { expect, it } from 'vitest';
import { mayTryAgain, serviceError, wordsOf } from '../../../src/publish/openstack/service-error.ts';

/** Bodies as the services of Debian 12 send them. */
it.each([
  [
    'Keystone',
    '{"error":{"code":401,"message":"The request you have made requires authentication.","title":"Unauthorized"}}',
    'The request you have made requires authentication.',
  ],
  [
    'Glance',
    '{"message": "You are not authorized to complete publicize_image action.<br /><br />\\n\\n\\n", "code": "403 Forbidden", "title": "Forbidden"}',
    'You are not authorized to complete publicize_image action.',
  ],
  [
    'Cinder',
    '{"itemNotFound": {"code": 404, "message": "Volume d2 could not be found."}}',
    'Volume d2 could not be found.',
  ],
  [
    'Ironic',
    '{"error_message": "{\\"faultcode\\": \\"Client\\", \\"faultstring\\": \\"Node nope could not be found.\\", \\"debuginfo\\": null}"}',
    'Node nope could not be found.',
  ],
  [
    'an HTML page',
    '<html><head><title>x</title></head><body><h1>502 Bad Gateway</h1>it&#x27;s gone</body></html>',
    "502 Bad Gateway it's gone",
  ],
  ['nothing', '', ''],
])('finds the sentence of %s', (_service, body, words) => {
  expect(wordsOf(body, (text) => text)).toBe(words);
});

it.each([
  [401, 'publish.auth', false],
  [403, 'publish.forbidden', false],
  [404, 'publish.not-found', false],
  [409, 'publish.conflict', false],
  [413, 'publish.quota', false],
  [415, 'publish.rejected', false],
  [429, 'publish.service', true],
  [503, 'publish.service', true],
])('gives %i the code %s', (status, code, again) => {
  const error = serviceError(
    'Glance',
    { method: 'PUT', url: 'http://g/v2/images/1/file' },
    { status, text: '{"message":"why"}' },
    (text) => text,
  );
  expect(error).toMatchObject({ code, exitCode: 7, details: { status, words: 'why' } });
  expect(mayTryAgain(error)).toBe(again);
});
