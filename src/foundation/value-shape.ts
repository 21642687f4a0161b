/**
 * What kind of value a key takes: a text, a text or a number, a list of texts, true or false, an object, a function, or one of a few
 * words.
 */
export type ValueShape =
  | 'text'
  | 'text or number'
  | 'texts'
  | 'flag'
  | 'object'
  | 'function'
  | readonly string[];

const EXPECTED: Readonly<Record<Exclude<ValueShape, readonly string[]>, string>> = {
  text: 'text',
  'text or number': 'text or a number',
  texts: 'a list of texts',
  flag: 'true or false',
  object: 'an object',
  function: 'a function',
};

/** What is wrong with a value of a caller without type checks; undefined when it has the shape, or was left out. */
export function shapeProblem(value: unknown, shape: ValueShape): string | undefined {
  if (value === undefined || hasShape(value, shape)) return undefined;
  if (typeof shape === 'object') return `expects one of ${shape.join(', ')}, found ${describeValue(value)}.`;
  return `expects ${EXPECTED[shape]}, found ${describeValue(value)}.${shape === 'texts' ? asList(value) : ''}`;
}

function hasShape(value: unknown, shape: ValueShape): boolean {
  switch (shape) {
    case 'text':
      return typeof value === 'string';
    case 'text or number':
      return typeof value === 'string' || typeof value === 'number';
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'flag':
      return typeof value === 'boolean';
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'function':
      return typeof value === 'function';
    default:
      return typeof value === 'string' && shape.includes(value);
  }
}

/** How the list would look; a map's values may be secrets. */
function asList(value: unknown): string {
  if (typeof value === 'string') return ` Write [${JSON.stringify(value)}].`;
  if (!hasShape(value, 'object')) return '';
  const words = Object.keys(Object(value)).map((name) => JSON.stringify(`${name}=…`));
  return ` Write [${words.join(', ')}].`;
}

/** `the number 7`, `a list`, `nothing`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object') return 'a map';
  return `the ${typeof value} ${typeof value === 'string' ? JSON.stringify(value) : String(value)}`;
}
