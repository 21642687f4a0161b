import { expect, it } from 'vitest';
import { parseTemplate } from '../../../src/spec/parse-template.ts';

const parse = (entry: string) =>
  parseTemplate({ text: `media:\n  - {${entry}}\n`, path: '/t/x.yaml', label: 'x.yaml' });

it('reads where else media lie and what vouches for them', () => {
  const { settings, problems } = parse(
    'cdrom: https://a.example/x.iso, mirrors: [https://b.example/x.iso], checksums: ./SUMS, signature: https://a.example/SUMS.gpg, keyring: keys.gpg',
  );
  expect(problems).toEqual([]);
  expect(settings.media).toEqual([
    {
      kind: 'cdrom',
      from: 'https://a.example/x.iso',
      mirrors: ['https://b.example/x.iso'],
      checksums: '/t/SUMS',
      signature: 'https://a.example/SUMS.gpg',
      keyring: '/t/keys.gpg',
    },
  ]);
});

it.each([
  ['cdrom: x.iso, mirrors: [https://b.example/x.iso]', /mirrors are for media from a URL/],
  ['cdrom: https://a.example/x.iso, mirrors: [./x.iso]', /is not a URL/],
  ['cdrom: x.iso, keyring: keys.gpg', /name it with checksums/],
  ['cdrom: x.iso, mirors: [x]', /mirrors/],
  ["location: 'debian-offline:bookworm'", /no recipe for .*"bookworm"; it knows trixie/],
  ["location: 'apt-miror:trixie'", /Did you mean "apt-mirror:trixie"\? .* \.\/apt-miror:trixie/],
  ["location: 'debian-ofline:trixie/vim'", /Did you mean "debian-offline:trixie\/vim"\?/],
])('refuses {%s}', (entry, message) => {
  const [problem] = parse(entry).problems;
  expect(problem?.where).toMatch(/^x\.yaml:2:/);
  expect(problem?.problem).toMatch(message);
});

it.each(['./apt-miror:trixie', 'backup:2024.iso', '/a/apt-miror:x'])('takes %s for a file', (path) => {
  expect(parse(`location: '${path}'`).problems).toEqual([]);
});
