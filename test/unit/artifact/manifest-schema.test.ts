import { expect, it } from 'vitest';
import { manifestJsonSchema } from '../../../src/artifact/manifest-schema.ts';

it('is published as docs/manifest.schema.json (renew it with `npx vitest run test/unit/artifact -u`)', async () => {
  await expect(manifestJsonSchema()).toMatchFileSnapshot('../../../docs/manifest.schema.json');
});
