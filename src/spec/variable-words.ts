import { publicText } from '../foundation/public-url.ts';
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

export function readVariables(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong('expects a map of names and values');
  const problems = Object.entries(value).flatMap(([name, text]) => problemOf(name, text) ?? []);
  if (problems.length > 0) throw wrong(problems.join('; '));
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, readVariableValue(text)]));
}

function problemOf(name: string, text: unknown): string | undefined {
  try {
    readVariableName(name);
  } catch (error) {
    return messageOf(error);
  }
  try {
    readVariableValue(text);
  } catch (error) {
    return `${name} ${messageOf(error)}`;
  }
  return undefined;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `name=value`; everything after the first `=` is the value, blanks, quotes and all. */
export function readAssignment(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw wrong(`"${publicText(text)}" is not of the form name=value`);
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  const problem = problemOf(name, value);
  if (problem !== undefined) throw wrong(problem);
  return [name, readVariableValue(value)];
}

export function readEnvironmentName(value: unknown): string {
  const name = readText(value);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw wrong(`"${name}" is not the name of an environment variable`);
  return name;
}
