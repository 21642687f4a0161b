import { MASK, type Redactor } from './redact.ts';

type Replacement = string | ((found: string, ...groups: string[]) => string);
type Rule = readonly [pattern: RegExp, replacement: Replacement] | Redactor;

/**
 * GitHub, GitLab, AWS, Slack, Google, Stripe and OpenAI, npm, PyPI, Docker Hub, Hugging Face, age: by the beginnings that
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
  ]
    .map((form) => `\\b${form}`)
    .join('|'),
  'g',
);

/** Words in front of a secret. */
const WORDS = `(?:(?<![a-z])psk|password|passwd|passphrase|rootpw|secret|(?:secret|private|api|access)[-_]?key|token)(?:-crypted|-again)?`;

const NAME = new RegExp(`${WORDS}$`, 'i');

/** Whether the value of this name is hidden. */
export const namesSecret = (name: string): boolean => NAME.test(name);

/** Behind the first of two quotes. */
const BETWEEN_QUOTES = String.raw`(?<=")(?!")[^"\n]*(?:(?<=\\)"[^"\n]*){0,20}(?=")|(?<=')[^'\n]+(?=')`;

const QUOTED = String.raw`"[^"\n]*"|'[^'\n]*'|\S+`;

/** Up to the next one, as in `repo=http://host/a,http://host/b`. */
const WEB_ADDRESS = /\b(?:https?|ftp):\/\/(?:(?!,?(?:https?|ftp):\/\/)[^\s"'<>])*/gi;

/**
 * What looks like a secret in text that nobody has listed the secrets of: a guest's console, an installer's log. Hashes of passwords
 * (crypt(5), PBKDF2 of GRUB), private keys, credentials and queries in URLs, of which no name tells what is a ticket, values after words that name a password or token; tokens whose services gave them a form of their
 * own, and passwords where well-known programs take them on their command line.
 *
 * A guest decides what is looked through, so each rule takes time in proportion to the text: nothing that may be long stands before what a
 * rule is recognised by, and no place is the beginning of more than a few attempts.
 */
const RULES: readonly Rule[] = [
  [/-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g, `-----BEGIN $1-----${MASK}`],
  // One whose beginning was cut off: the ends of the others went with them. None is longer.
  [/^[\s\S]{0,32768}?-----END [A-Z ]*PRIVATE KEY-----/, MASK],
  [/\$(?:1|5|6|7|y|gy|2[aby]|argon2\w*)\$[^\s"':,]{8,}/g, MASK],
  [/grub\.pbkdf2\.[^\s"']+/g, MASK],
  [/((?<=[a-z0-9+.-]):\/\/)[^\s/:@"']+:[^\s/@"']+@/gi, `$1${MASK}@`],
  // A token in the place of the user, as code hosts take it; over ssh a user stands there.
  [/(\bhttps?:\/\/)[^\s/:@"']{8,}@/gi, `$1${MASK}@`],
  [WEB_ADDRESS, withoutQuery],
  // As interfaces(5) has it.
  [/(\bwpa-(?:psk|passphrase)\s+["']?)[^\s"']+/g, `$1${MASK}`],
  [/(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{12,}/gi, `$1${MASK}`],
  [
    new RegExp(
      String.raw`(${WORDS}(?:\s+(?:password|string))?["']?\s*[=:]\s*["']?)(?:${BETWEEN_QUOTES}|(?!["'\s,}])[^\s"',}]+)`,
      'gi',
    ),
    `$1${MASK}`,
  ],
  [
    new RegExp(
      String.raw`(<(?=[\w.:-]*${WORDS}[\s>])[\w.:-]+(?:\s[^<>]*)?(?<!/)>\s*)[^\s<][^<\n]*(?=(?:\n\s*)?</)`,
      'gi',
    ),
    `$1${MASK}`,
  ],
  [/(\bd-i\s+(?=\S*passw)\S+\s+(?:password|string)\s+)\S.*/g, `$1${MASK}`],
  [TOKENS, MASK],
  // What only begins as a JSON Web Token does is passed over whole, so that its parts are not tried again.
  [/\beyJ[\w-]{10,}(\.eyJ[\w-]{10,}\.[\w-]+)?/g, (found, rest) => (rest === undefined ? found : MASK)],
  inCommand(
    String.raw`(?<![\w-])(?=[\w-]*\b(?:mysql|mariadb))[\w-]+\s`,
    String.raw`(?<=\s)(-p)(?=\S)(?:${QUOTED})`,
  ),
  [new RegExp(String.raw`(\bsshpass\s+(?:-v\s+)?-p\s*)(?:${QUOTED})`, 'g'), `$1${MASK}`],
  inCommand(
    String.raw`\bcurl\s`,
    String.raw`(?<=\s)((?:-[a-zA-Z]{0,9}[uU]|--user|--proxy-user)(?:\s+|=)?["']?[^\s:"']+:)[^\s"']+`,
  ),
  [/(\b(?:echo|printf)\s+["']?[\w.-]+:)[^\s"'\\]+(?=[^|\n]{0,9}\|[^|\n]{0,40}chpasswd)/g, `$1${MASK}`],
  [
    /(\b(?:echo|printf)\s+["']?)[^\s"'\\|:]+(?=["']?[^|\n]{0,9}\|[^|\n]{0,40}\b(?:ch)?passwd\b)/g,
    `$1${MASK}`,
  ],
  // As netrc(5) has it, and as chpasswd(8) reads it.
  [/(^[^\n]{0,200}\blogin\s+\S{1,200}\s+password\s+|^[ \t]*password[ \t]+)\S+(?=[ \t\r]*$)/gm, `$1${MASK}`],
  [/(^root:)(?![*!x]?\r?$)[^\s:]+(?=\r?$)/gm, `$1${MASK}`],
  [
    new RegExp(String.raw`((?<![a-z])pass=["']?)(?:${BETWEEN_QUOTES}|(?!["'\s])[^\s"',}]+)`, 'gi'),
    `$1${MASK}`,
  ],
  [/(\b(?:secret|private|api|access)[-_]key\s+)[^\s=:]{8,}/gi, `$1${MASK}`],
  [/((?:^|\s)--(?:password|passwd|passphrase|token|secret)\s+["']?)(?!-)[^\s"']+/gm, `$1${MASK}`],
  [/(\b(?:MYSQL|REDISCLI)_(?:PWD|AUTH)=["']?)[^\s"']+/g, `$1${MASK}`],
  [/(\brootpw\s+(?:--\S+\s+){0,9})(?!--)\S+/g, `$1${MASK}`],
];

/**
 * A password among the arguments of a command, which ends with the line or where the shell begins another.
 * @param command its name and the blank behind it
 * @param argument in front of the password, as the only group, and the password
 */
function inCommand(command: string, argument: string): Redactor {
  const begin = new RegExp(command, 'g');
  const end = new RegExp(`[\\n|;&]|${argument}`, 'g');
  return (text) => {
    const parts: string[] = [];
    let from = 0;
    begin.lastIndex = 0;
    while (begin.test(text)) {
      end.lastIndex = begin.lastIndex;
      const found = end.exec(text);
      if (found === null) break;
      const [, before] = found;
      if (before !== undefined) {
        parts.push(text.slice(from, found.index), before, MASK);
        from = end.lastIndex;
      }
      begin.lastIndex = end.lastIndex;
    }
    return parts.join('') + text.slice(from);
  };
}

/** A question mark behind which nothing is asked ends a sentence. */
function withoutQuery(address: string): string {
  const mark = address.indexOf('?');
  if (mark < 0 || !/\w/.test(address.slice(mark))) return address;
  return `${address.slice(0, mark)}?${MASK}`;
}

/** Hides what looks like a secret. It errs on the side of hiding. */
export function scrubSecrets(text: string): string {
  try {
    return byAllRules(text);
  } catch (error) {
    // A word of many millions of characters is more than the stack of the regular expressions holds.
    if (!(error instanceof RangeError) || text.length < 2 ** 16) throw error;
    const half = text.length >>> 1;
    const cut = text.lastIndexOf('\n', half) + 1 || half;
    return scrubSecrets(text.slice(0, cut)) + scrubSecrets(text.slice(cut));
  }
}

function byAllRules(text: string): string {
  return RULES.reduce((result, rule) => {
    if (typeof rule === 'function') return rule(result);
    const [pattern, replacement] = rule;
    // The types of `replace` want a text or a function, not either.
    return result.replace(pattern, replacement as string);
  }, text);
}
