import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CompiledCli, compileCli } from '../support/compiled-cli.ts';

let compiled: CompiledCli;
beforeAll(async () => {
  compiled = await compileCli();
  mkdirSync(join(compiled.folder, 'user', 'node_modules'), { recursive: true });
  symlinkSync(compiled.folder, join(compiled.folder, 'user', 'node_modules', 'kiln'));
});
afterAll(() => compiled.remove());

it('is imported by its package name, plans, and rejects with a coded error', () => {
  const program = `
    import { KilnError, SpecError, build, plan } from 'kiln';
    const planned = await plan({ target: 'debian-13', overrides: { memory: '700MiB' } });
    const failure = await build({ target: 'no-such-template' }).catch((error) => error);
    const wrong = { outputs: ['tar'], variables: ['x'], timeout: '5s', stall: '9s' };
    const refused = await plan({ target: 'kiln-test', overrides: wrong }).catch((error) => error);
    console.log(JSON.stringify({
      memory: planned.plan.memoryMiB,
      xml: planned.xml.includes('<memory unit="MiB">700</memory>'),
      code: failure.code,
      places: refused.details.problems.map(({ where }) => where).sort(),
      isKiln: failure instanceof KilnError && failure instanceof SpecError,
    }));`;
  const path = join(compiled.folder, 'user', 'program.mjs');
  writeFileSync(path, program);
  const output = execFileSync(process.execPath, [path], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: compiled.folder },
  });
  expect(JSON.parse(output)).toEqual({
    memory: 700,
    xml: true,
    code: 'template.not-found',
    places: ['media', 'overrides.outputs', 'overrides.stall', 'overrides.variables'],
    isKiln: true,
  });
});
