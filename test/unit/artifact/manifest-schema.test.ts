import { expect, it } from 'vitest';
import { manifestJsonSchema } from '../../../src/artifact/manifest-schema.ts';

it('is published as docs/manifest.schema.json (renew it with `npx vitest run -u test/unit/artifact`)', async () => {
  await expect(manifestJsonSchema()).toMatchFileSnapshot('../../../docs/manifest.schema.json');
});
