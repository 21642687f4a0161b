import type { DebianErrorRow } from './debian-error-row.ts';

const USERS = 'setting up users';
const PASSWORDS = [
  'passwd/root-password',
  'passwd/root-password-again',
  'passwd/user-password',
  'passwd/user-password-again',
];

/** Answers that the Debian installer refuses (templates of user-setup-udeb and partman-basicfilesystems). */
export const DEBIAN_ANSWER_ERRORS: readonly DebianErrorRow[] = [
  {
    id: 'reserved-username',
    title: 'Reserved username',
    phase: USERS,
    meaning: 'the name of the user is one that the system has for itself',
    remedy: 'Choose another; /etc/passwd and /etc/group of a fresh Debian system show which are taken.',
    settings: ['passwd/username'],
    shown: 'Reserved username',
    never: 'Username for your account:',
  },
  {
    id: 'invalid-username',
    title: 'Invalid username',
    phase: USERS,
    meaning: 'the name of the user is none',
    remedy: 'Write a lower-case letter, then lower-case letters, digits and hyphens, at most 32 of them.',
    settings: ['passwd/username'],
    shown: 'Invalid username',
    never: 'Username for your account:',
  },
  {
    id: 'password-mismatch',
    title: 'Password input error',
    phase: USERS,
    meaning: 'a password and its repetition are not the same',
    remedy:
      'Give a hash instead (passwd/root-password-crypted, passwd/user-password-crypted), which is not repeated.',
    settings: PASSWORDS,
    shown: 'Password input error',
    never: 'Root password:',
  },
  {
    id: 'empty-password',
    title: 'Empty password',
    phase: USERS,
    meaning: 'a password is empty',
    settings: PASSWORDS,
    shown: 'Empty password',
    never: 'Root password:',
  },
  {
    id: 'same-mount-point',
    title: 'Identical mount points',
    phase: 'partitioning',
    meaning: 'the recipe gives one mount point to two file systems',
    settings: ['partman-auto/expert_recipe'],
    shown: 'Identical mount points for two file systems',
    never: 'Checking mount points',
  },
  {
    id: 'bad-mount-point',
    title: 'Invalid mount point',
    phase: 'partitioning',
    meaning: 'a mount point of the recipe is none',
    remedy: 'Write a path that begins with / and has no blanks.',
    settings: ['partman-auto/expert_recipe'],
    shown: 'Invalid mount point',
    never: 'Checking mount points',
  },
];
