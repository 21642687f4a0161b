import { MASK } from './redact.ts';

type Rule = readonly [pattern: RegExp, replacement: string];

/**
 * GitHub, GitLab, AWS, Slack, Google, Stripe and OpenAI, npm, PyPI, Docker Hub, Hugging Face, age, JSON Web Tokens: by the beginnings that
 * their makers document for such finders.
 */
const TOKENS = new RegExp(
  [
    'gh[pousr]_[A-Za-z0-9]{16,}',
    'github_pat_\\w{16,}',
    'gl(?:pat|dt|rt|cbt|ptt)-[\\w-]{16,}',
    '(?:AKIA|ASIA)[A-Z0-9]{16}',
    'xox[abeoprs]-[\\w-]{10,}',
    'AIza[\\w-]{35}',
    '(?:sk|rk)[-_](?:live_|test_|proj-|ant-)?[A-Za-z0-9][\\w-]{19,}',
    'npm_[A-Za-z0-9]{30,}',
    'pypi-[\\w-]{16,}',
    'dckr_pat_[\\w-]{16,}',
    'hf_[A-Za-z0-9]{30,}',
    'AGE-SECRET-KEY-1[A-Z0-9]{20,}',
    'eyJ[\\w-]{10,}\\.eyJ[\\w-]{10,}\\.[\\w-]+',
  ]
    .map((form) => `\\b${form}`)
    .join('|'),
  'g',
);

/**
 * What looks like a secret in text that nobody has listed the secrets of: a guest's console, an installer's log. Hashes of passwords
 * (crypt(5), PBKDF2 of GRUB), private keys, credentials in URLs, values after words that name a password or token; tokens whose services gave them a form of their
 * own, and passwords where well-known programs take them on their command line.
 */
const RULES: readonly Rule[] = [
  [/-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g, `-----BEGIN $1-----${MASK}`],
  [/\$(?:1|5|6|7|y|gy|2[aby]|argon2\w*)\$[^\s"':,]{8,}/g, MASK],
  [/grub\.pbkdf2\.[^\s"']+/g, MASK],
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/:@"']+:[^\s/@"']+@/gi, `$1${MASK}@`],
  [/(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{12,}/gi, `$1${MASK}`],
  [
    /((?:\w+[-_./])?(?:password|passwd|passphrase|rootpw|secret|api[-_]?key|access[-_]?key|token)(?:-crypted|-again)?(?:\s+(?:password|string))?["']?\s*[=:]\s*["']?)(?!["'\s,}])[^\s"',}]+/gi,
    `$1${MASK}`,
  ],
  [/(\bd-i\s+\S*passw\S*\s+(?:password|string)\s+)\S.*/g, `$1${MASK}`],
  [TOKENS, MASK],
  [/(\b(?:mysql|mariadb)[\w-]*\s[^\n|;&]*?(?<=\s)-p)(?=\S)(?:"[^"\n]*"|'[^'\n]*'|\S+)/g, `$1${MASK}`],
  [/(\bsshpass\s+(?:-v\s+)?-p\s*)(?:"[^"\n]*"|'[^'\n]*'|\S+)/g, `$1${MASK}`],
  [
    /(\bcurl\s[^\n|;&]*?(?<=\s)(?:-[a-zA-Z]*[uU]|--user|--proxy-user)[\s=]*["']?[^\s:"']+:)[^\s"']+/g,
    `$1${MASK}`,
  ],
  [/(\b(?:echo|printf)\s+["']?[\w.-]+:)[^\s"'\\]+(?=[^|\n]{0,9}\|[^|\n]{0,40}chpasswd)/g, `$1${MASK}`],
  [/((?:^|\s)--(?:password|passwd|passphrase|token|secret)\s+["']?)(?!-)[^\s"']+/gm, `$1${MASK}`],
  [/(\b(?:MYSQL|REDISCLI)_(?:PWD|AUTH)=["']?)[^\s"']+/g, `$1${MASK}`],
  [/(\brootpw\s+(?:--\S+\s+)*)(?!--)\S+/g, `$1${MASK}`],
];

/** Hides what looks like a secret. It errs on the side of hiding. */
export function scrubSecrets(text: string): string {
  return RULES.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}
