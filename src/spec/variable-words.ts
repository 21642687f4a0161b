import { SpecError } from '../foundation/errors.ts';
import { publicText } from '../foundation/public-url.ts';
import { describeValue } from '../foundation/value-shape.ts';
import { DERIVED_PLACEHOLDERS } from '../install-script/options/derived-values.ts';
import { readLine, readText, wrong } from './words.ts';

/** Names Kiln fills in by itself; a user's variable may replace `hostname` alone. */
export const RESERVED_VARIABLES: ReadonlySet<string> = new Set([
  'root_password_hash',
  'completion_marker_command',
  ...DERIVED_PLACEHOLDERS.keys(),
]);

export function readVariableName(name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name))
    throw wrong(`"${name}" is not a variable name; use letters, digits and _, a letter first`);
  if (RESERVED_VARIABLES.has(name)) throw wrong(`"${name}" is filled in by Kiln; choose another name`);
  return name;
}

/** Must be one line: a line break would let a value write lines of its own into the install script. May be empty. */
export function readVariableValue(value: unknown): string {
  if (value === '') return '';
  return readLine(typeof value === 'boolean' || Number.isInteger(value) ? String(value) : value);
}

export function readMap(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(`expects a map of names and values, found ${describeValue(value)}`);
  return value as Readonly<Record<string, unknown>>;
}

/** `name=value`; everything after the first `=` is the value, blanks, quotes and all. */
export function readAssignment(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw wrong(`"${publicText(text)}" is not of the form name=value`);
  const name = readVariableName(text.slice(0, at));
  try {
    return [name, readVariableValue(text.slice(at + 1))];
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw wrong(`${name} ${error.message}`);
  }
}

export function readEnvironmentName(value: unknown): string {
  const name = readText(value);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw wrong(`"${name}" is not the name of an environment variable`);
  return name;
}
