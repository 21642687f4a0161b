import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Problem } from '../../../src/foundation/errors.ts';
import { resolveSpec } from '../../../src/spec/resolve-spec.ts';
import { thrownBy } from './thrown-by.ts';

const FOLDER = fileURLToPath(new URL('../../../fixtures/spec-defects', import.meta.url));

/** File name without extension → where the first problem is and a word its text must have. */
const DEFECTS: Readonly<Record<string, readonly [where: string, says: string]>> = {
  'unknown-key': [':1:1 memroy', '"memory"'],
  'unknown-nested-key': [':2:3 disk.sise', '"size"'],
  'duplicate-key': [':2:1', 'second time'],
  tab: [':2:1', 'tab'],
  empty: ['empty.yaml', 'is empty'],
  'only-comment': ['only-comment.yaml', 'is empty'],
  list: [':1:1', 'a list'],
  scalar: [':1:1', 'single value'],
  'two-documents': [':2:1', 'second document'],
  unclosed: [':2:1', ''],
  latin1: ['latin1.yaml', 'UTF-8'],
  utf16: ['utf16.yaml', 'UTF-8'],
  'nul-byte': [':2:8', 'holds a NUL byte'],
  'proto-variable': [':2:13 variables.__proto__', '"__proto__" is not the name of a key or variable'],
  'proto-key': [':2:14 boot-check.__proto__', '"__proto__" is not the name of a key or variable'],
  'bad-size': [':1:9 memory', 'not a size'],
  'memory-switch': [':1:9 memory', 'a size such as 4GiB'],
  'zero-memory': [':1:9 memory', 'more than nothing'],
  'memory-in-bytes': [':1:9 memory', 'MiB'],
  'no-value': [' memory', 'no value'],
  'bad-vcpus': [':1:8 vcpus', 'whole number'],
  'number-name': [':1:7 name', 'quotes'],
  'slash-name': [':1:7 name', '--name "a-b"'],
  'unknown-os': [':1:5 os', '"debian13"'],
  'bad-firmware': [':1:11 firmware', '"uefi"'],
  'bad-bus': [':1:25 disk.bus', '"virtio"'],
  'ide-on-q35': [':1:25 disk.bus', 'sata'],
  'uefi-on-pc': [':2:10 machine', 'q35'],
  'little-memory': [':2:9 memory', '512.0 MiB'],
  'no-media': ['media', '--cdrom'],
  'bad-watch-pattern': ['watch.patterns', 'not a regular expression'],
  'watch-look-around': [':4:14 watch.patterns[0].match', 'describe the wanted line itself'],
  'watch-unknown-key': [':6:7 watch.patterns[0].severity', 'match, kind, meaning, remedy'],
  'watch-without-meaning': ['watch.patterns', 'meaning'],
  'empty-media': [':1:8 media', 'empty list'],
  'media-not-list': [':1:8 media', 'a list'],
  'two-media-words': [':2:5 media[0]', 'exactly one'],
  'mixed-media': [':1:1 media', 'one kind'],
  'bad-digest': [':3:13 media[0].sha256', '64 hexadecimal'],
  'kernel-alone': [':2:5 media[0]', 'both or neither'],
  'no-suite': [':2:5 media[0]', 'apt-mirror:trixie'],
  'password-in-template': [':1:16 root-password', 'never stands in a template'],
  'two-secrets': [':1:16 root-password', 'exactly one'],
  'reserved-variable': [':1:13 variables.completion_marker_command', 'filled in by Kiln'],
  'bad-variable-name': [':1:13 variables.a b', 'not a variable name'],
  'variable-two-lines': [':1:16 variables.a', 'line break'],
  'bad-format': [':1:11 outputs[0]', '"qcow2"'],
  'compressed-raw': [':2:5 outputs[0]', 'qcow2 alone'],
  'same-outputs': [':1:10 outputs', 'same file name'],
  'bad-pattern': [':1:23 boot-check.pattern', 'regular expression'],
  'boot-check-word': [':1:13 boot-check', 'true or false'],
  'bad-duration': [':1:17 limits.total', 'not a duration'],
  'stall-over-total': [':1:28 limits.stall', 'longer than'],
  'circle-a': ['circle-b.yaml:1:7 base', 'circle-a → circle-b → circle-a'],
  'circle-b': ['circle-a.yaml:1:7 base', 'circle'],
  'unknown-base': [':1:7 base', 'no template "nowhere"'],
  'bad-feature': [':1:18 cpu.features[0]', '+name'],
  'feature-twice': [':3:13 cpu.features', 'ERMS twice'],
  'cpu-number': [':2:6 cpu', 'expects text, found the number 5; put it in quotes'],
  'binary-tag': [':2:23 description', 'the tag !!binary means nothing in a template'],
  'unknown-tag': [':1:15 name', 'the tag !secret means nothing'],
  'tag-of-key': [':2:10', 'the tag !!binary means nothing'],
  'tag-in-list': [':4:20 media[0].cdrom', 'the tag !vault means nothing'],
  'tag-unlike-value': [':1:15 memory', 'the tag !!int means nothing'],
  'size-too-large': [':1:9 memory', '"1e+30MiB" is too large; the most is 16.0 TiB'],
  'disk-too-large': [':1:7 disk', '"99999999999999T" is too large; the most is 1.0 PiB'],
  'self-alias': ['self-alias.yaml', ''],
  'billion-laughs': ['billion-laughs.yaml', ''],
  'bad-script-kind': [':1:28 script.kind', '"kickstart"'],
  'list-as-key': [':2:3', 'a key must be a word, found a list'],
  'map-as-key': [':2:5 disk', 'a key must be a word, found a map'],
  'alias-as-key': [':2:1', 'a key must be a word, found an alias'],
  'key-left-out': [':2:1', 'a key must be a word, found nothing'],
  'number-as-key': [':2:1 1', 'unknown key "1"'],
  'null-as-key': [':2:3 disk.null', 'unknown key "null"'],
  'open-quote': [':1:13 extra-args', 'unclosed quote'],
};

describe('spec defects', () => {
  it('has an expectation for every fixture and a fixture for every expectation', async () => {
    const files = (await readdir(FOLDER)).map((name) => name.replace(/\.yaml$/, ''));
    expect(files.sort()).toEqual(Object.keys(DEFECTS).sort());
  });

  it.each(Object.entries(DEFECTS))('tells where %s is wrong', async (name, [where, says]) => {
    const path = join(FOLDER, `${name}.yaml`);
    const error = await thrownBy(resolveSpec({ target: path, cwd: FOLDER, templateDir: FOLDER }));
    expect(error.code).toBe('spec.invalid');
    const problems = error.details.problems as readonly Problem[];
    expect(problems[0]?.where).toContain(where);
    expect(problems[0]?.problem).toContain(says);
  });

  it('lets no key change what maps inherit from', async () => {
    for (const name of ['proto-variable', 'proto-key']) {
      const path = join(FOLDER, `${name}.yaml`);
      await thrownBy(resolveSpec({ target: path, cwd: FOLDER, templateDir: FOLDER }));
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>).pattern).toBeUndefined();
  });

  it.each(['list-as-key', 'map-as-key', 'alias-as-key', 'key-left-out'])(
    'tells %s once, without a warning of Node',
    async (name) => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      onTestFinished(() => warn.mockRestore());
      const path = join(FOLDER, `${name}.yaml`);
      const error = await thrownBy(resolveSpec({ target: path, cwd: FOLDER, templateDir: FOLDER }));
      expect(error.details.problems).toHaveLength(1);
      expect(warn).not.toHaveBeenCalled();
    },
  );
});
