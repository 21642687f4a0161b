/**
 * Sequences for terminals, with parameters of any length (ECMA-48, 5.3 to 5.6): control strings (titles, queries, images) up to their
 * terminator on the same line, control sequences, escape sequences. Introducers stand in no body, so that each character is looked at once.
 */
const SEQUENCES = new RegExp(
  [
    '(?:\\u001b[\\]PX^_k]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\r\\n\\u001b\\u0080-\\u009f]*(?:\\u0007|\\u001b\\\\|\\u009c)',
    '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]',
    '\\u001b[ -/]*[0-~]',
  ].join('|'),
  'g',
);

export const withoutSequences = (text: string): string => text.replaceAll(SEQUENCES, '');
