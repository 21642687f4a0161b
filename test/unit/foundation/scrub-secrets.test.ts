import { describe, expect, it } from 'vitest';
import { scrubSecrets } from '../../../src/foundation/scrub-secrets.ts';

describe('text that is handed on', () => {
  it.each([
    'd-i passwd/root-password-crypted password $6$rounds=5000$salt$Zx9abcdefghijkl',
    'd-i passwd/user-password password Zx9abc',
    'rootpw --plaintext Zx9abc',
    'rootpw --iscrypted $y$j9T$abcdef$Zx9abcdefghijk',
    'user --name=joe --password=Zx9abc --plaintext',
    'url=http://joe:Zx9abc@mirror.example.org/debian',
    'url=https://Zx9abcZx9abc@git.example.org/repo',
    'wpa-psk Zx9abcZx9abc',
    'Authorization: Bearer Zx9abcdefghijklmnop',
    '"password": "Zx9abc"',
    'OS_PASSWORD=Zx9abc',
    "PASSWD='quoted Zx9abc Zx9abc' x",
    'password: "one \\" Zx9abc"',
    'psk="Zx9abcZx9abc"',
    'wpa_psk=Zx9abc',
    '<password>Zx9abc</password>',
    '<user_password config:type="string">\n  Zx9abc d\n</user_password>',
    'root:$6$salt$Zx9abcdefghijkl:19000:0:99999:7:::',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nZx9abc\n-----END OPENSSH PRIVATE KEY-----',
    'remote: ghp_Zx9abcZx9abcZx9abcZx9abcZx9abcZx9abc',
    '+ mysql -u root -pZx9abc shop',
    '+ mysqldump -h db -p"Zx9abc d" shop',
    '+ sshpass -p Zx9abc ssh root@host',
    "sshpass -p'Zx9abc' scp a b",
    '+ curl -fsS -u joe:Zx9abc https://example.org/',
    'curl --user "joe:Zx9abc" -O https://example.org/',
    'echo root:Zx9abc | chpasswd',
    'tool --password Zx9abc',
    'eyJZx9abcdefghij.eyJZx9abcdefghij.Zx9abc',
    'glpat-Zx9abcZx9abcZx9abc',
    'grub.pbkdf2.sha512.10000.Zx9abc',
    'machine h.example login joe password Zx9abc',
    '  password Zx9abc',
    'export DB_PASS=Zx9abc',
    "PASS='one Zx9abc'",
    'secret_key = Zx9abc',
    'private-key: Zx9abc',
    'api_key Zx9abcdefgh',
    'echo Zx9abc | passwd --stdin root',
    "printf 'Zx9abc\\n' | chpasswd",
    'root:Zx9abc',
  ])('shows nothing of %j but what it is about', (text) => {
    const scrubbed = scrubSecrets(text);
    expect(scrubbed).not.toContain('Zx9abc');
    expect(scrubbed).toContain('*****');
  });

  it.each([
    [
      'get https://joe.example.org/a/b.iso?sid=Zx9abc&e=1 now',
      'get https://joe.example.org/a/b.iso?******** now',
    ],
    ["'http://h.example/?Zx9abc'", "'http://h.example/?********'"],
    ['FTP://h.example/x?v=1,', 'FTP://h.example/x?********'],
    [
      'a=http://h.example/a?x=Zx9abc,http://g.example/b?y=1',
      'a=http://h.example/a?********,http://g.example/b?********',
    ],
    ['&lt;http://h.example/a?x=1&amp;y=Zx9abc>', '&lt;http://h.example/a?********>'],
  ])('hides the whole query of an address: %j', (text, scrubbed) => {
    expect(scrubSecrets(text)).toBe(scrubbed);
  });

  it.each(['http://', 'http://a?', '?'])('takes a moment for a million of %j in an address', (part) => {
    const text = `http://a/${part.repeat(1e6)}`;
    expect(scrubSecrets(text)).toMatch(/^http:/);
  });

  it('shows no key of AWS', () => {
    expect(scrubSecrets('AWS key AKIAIOSFODNN7EXAMPLE.')).toBe('AWS key ********.');
  });

  it.each([
    'Root password:',
    'PASS: 12 of 12',
    'compass=north bypass=1',
    'a new password is wanted',
    'the private key file is missing',
    'root:x:0:0:root:/root:/bin/bash',
    'root:*',
    'echo done | grep passwd_of',
    'd-i passwd/root-login boolean false',
    'rootpw --lock',
    'mysql -u root -p shop',
    'password="" other="x"',
    'desktop-psk-tools',
    'usage: set <password> and <user>',
    '<password/>text</x>',
    '<password>\n  <encrypted>true</encrypted>\n</password>',
    'mkdir -p /srv/mysql-files',
    'Setting up mysql-common (5.8) -- mkdir',
    'curl -u joe https://example.org/a:b',
    'task-sk-desktop sk_SK.UTF-8 risk-assessment-of-a-long-name',
    'Some account needs to be available. The password for that account',
    'http://mirror.example.org/debian',
    'Is there http://mirror.example.org/debian? Or not? hd:///?device=sda1',
    'qemu+ssh://builder1@host.example.org/system',
    '[  12.3] Installing the base system  ... 17%',
  ])('leaves %j alone', (text) => {
    expect(scrubSecrets(text)).toBe(text);
  });
});
