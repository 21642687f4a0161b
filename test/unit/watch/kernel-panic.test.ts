import { expect, it } from 'vitest';
import { createConsoleMemory } from '../../../src/watch/console-memory.ts';
import { INSTALL_PATTERNS } from '../../../src/watch/patterns.ts';

const PANIC = 'Kernel panic - not syncing: Attempted to kill init!';

function memoryOf(text: string) {
  const memory = createConsoleMemory(INSTALL_PATTERNS);
  memory.add({ lines: [{ text, redrawn: false }], partial: '', raw: text }, 0);
  return memory;
}

it.each([
  '',
  '[    1.9] ',
  '[   23.609126] ',
  '[   23.609126][    T1] ',
  '<0>',
  '<0>[    1.900000] ',
  ']104]104[   23.604062] ',
  'debian login: ',
  'debian login: [   23.609126] ',
])('a panic is told behind %j', (before) =>
  expect(memoryOf(`${before}${PANIC}`).panic()?.pattern.id).toBe('kernel.init-killed'),
);

it.each([
  'Setting up x (2.0-Kernel panic - not syncing) ...',
  `Unpacking x (${PANIC}) ...`,
  `[   12.000000] systemd[1]: Started ${PANIC}`,
  `[   12.000000] ---[ end ${PANIC} ]---`,
  `# ${PANIC}`,
])('no panic is told by %j', (line) => expect(memoryOf(line).panic()).toBeUndefined());

it('the last lines are no wider than one would read', () => {
  const [line] = memoryOf('x'.repeat(4096)).tail();
  expect(line).toBe(`${'x'.repeat(499)}…`);
  expect(memoryOf('y'.repeat(500)).tail()).toEqual(['y'.repeat(500)]);
});
