import { expect, it } from 'vitest';
import { COMMON_OPTIONS } from '../../../src/install-script/options/common-options.ts';
import { findOs } from '../../../src/os/find-os.ts';
import { CATALOGUE, catalogueEntry } from '../../support/catalogue.ts';
import { generatedPart, markdownTable } from '../../support/generated-docs.ts';

it('docs/catalogue.md lists every template with how far it was tried', async () => {
  const rows = await Promise.all(
    CATALOGUE.map(async (template) => {
      const { settings, script, tried } = await catalogueEntry(template);
      const system = settings.os === undefined ? '' : (findOs(settings.os)?.title ?? '');
      return [`\`${template}\``, system, script, tried];
    }),
  );
  const table = markdownTable([['template', 'system', 'script', 'tried'], ...rows]);
  const { written, wanted } = await generatedPart('docs/catalogue.md', 'templates', table);
  expect(written).toBe(wanted);
});

it('docs/catalogue.md lists the common options', async () => {
  const rows = COMMON_OPTIONS.map(({ name, about, initial, example }) => [
    `\`${name}\``,
    about,
    initial === '' ? '–' : `\`${initial}\``,
    `\`${example}\``,
  ]);
  const table = markdownTable([['variable', 'means', 'initially', 'for example'], ...rows]);
  const { written, wanted } = await generatedPart('docs/catalogue.md', 'options', table);
  expect(written).toBe(wanted);
});
