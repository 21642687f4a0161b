import { parseArgs } from 'node:util';

export const PARTS = /** @type {const} */ ([
  'builds',
  'cpu',
  'programs',
  'process',
  'hundred',
  'naming',
  'start',
  'print-xml',
  'second',
  'finish',
  'ipxe',
  'publish',
]);

/**
 * @typedef {(typeof PARTS)[number]} Part
 * @typedef {{ rounds: number, parts: readonly Part[], disk: string | undefined, json: boolean, strict: boolean }} Options
 */

export const USAGE = `npm run bench -- [options]

  --quick         one round of everything
  --rounds N      rounds of whole builds (default 5)
  --only PARTS    some of ${PARTS.join(',')}
  --disk IMAGE    installed disk for the finish, raw or qcow2 (default: the newest Debian image of Kiln's own builds)
  --json          figures as JSON
  --strict        end with 1 when a goal is missed
`;

const DEFAULT_ROUNDS = 5;

/**
 * @param {string[]} args
 * @returns {Options | undefined} undefined: help is asked for
 */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string' },
      disk: { type: 'string' },
      json: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const rounds = values.rounds === undefined ? (values.quick ? 1 : DEFAULT_ROUNDS) : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new RangeError(`--rounds takes a count, not "${values.rounds}"`);
  return {
    rounds,
    parts: chosenParts(values.only),
    disk: values.disk,
    json: values.json,
    strict: values.strict,
  };
}

/**
 * @param {string | undefined} only
 * @returns {readonly Part[]}
 */
function chosenParts(only) {
  if (only === undefined) return PARTS;
  const words = only.split(',');
  const unknown = words.find((word) => !PARTS.some((part) => part === word));
  if (unknown !== undefined) throw new RangeError(`--only knows ${PARTS.join(', ')}, not "${unknown}"`);
  return PARTS.filter((part) => words.includes(part));
}
