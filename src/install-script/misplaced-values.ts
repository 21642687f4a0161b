import type { InstallScriptKind } from '../spec/build-spec.ts';
import { cdataFinder } from './comments.ts';
import { lineOf } from './edit/text-edits.ts';
import { type KickstartLine, kickstartLines } from './kickstart-lines.ts';
import { type Placeholder, placeholdersIn, type ScriptValues } from './render-script.ts';
import { shellWords } from './shell-words.ts';
import { yamlPlaces } from './yaml-places.ts';

/** A placeholder whose value would not stay where it stands. */
export type MisplacedValue = { readonly name: string; readonly line: number; readonly problem: string };

type Place = {
  readonly text: string;
  readonly placeholder: Placeholder;
  readonly value: string;
};

/** Values that would take in, end or add something of the script around them. What a shell makes of a value is the script's to quote. */
export function misplacedValues(
  text: string,
  kind: InstallScriptKind,
  values: ScriptValues,
): readonly MisplacedValue[] {
  const problemOf = problemFinder(text, kind);
  return placeholdersIn(text, kind).flatMap((placeholder) => {
    const value = values.plain.get(placeholder.name);
    const problem = value === undefined ? undefined : problemOf({ text, placeholder, value });
    if (problem === undefined) return [];
    return [{ name: placeholder.name, line: lineOf(text, placeholder.offset), problem }];
  });
}

function problemFinder(text: string, kind: InstallScriptKind): (place: Place) => string | undefined {
  const inCdata = kind === 'autoyast' ? cdataFinder(text) : () => false;
  const lines = kind === 'kickstart' ? kickstartLines(text) : [];
  const inYaml = kind === 'autoinstall' ? yamlPlaces(text, placeholdersIn(text, kind)) : () => undefined;
  return (place) =>
    joinsLines(place) ??
    (inCdata(place.placeholder.offset) ? endsCdata(place) : undefined) ??
    inYaml(place.placeholder, place.value) ??
    inKickstart(place, lines[lineOf(text, place.placeholder.offset) - 1]);
}

const endOf = ({ offset, length }: Placeholder): number => offset + length;

function joinsLines({ text, placeholder, value }: Place): string | undefined {
  const open = /(?<!\\)(?:\\\\)*\\$/.test(value) && /^(?:\n|$)/.test(text.slice(endOf(placeholder)));
  return open
    ? 'its value ends with a backslash, which joins the next line to this one; leave that out'
    : undefined;
}

function endsCdata({ text, placeholder, value }: Place): string | undefined {
  const [start, end] = [placeholder.offset, endOf(placeholder)];
  const around = text.slice(start - 2, start) + value + text.slice(end, end + 2);
  return around.includes(']]>') ? 'its value makes "]]>", which ends the CDATA it stands in' : undefined;
}

function inKickstart(
  { text, placeholder, value }: Place,
  line: KickstartLine | undefined,
): string | undefined {
  if (line === undefined) return undefined;
  const column = placeholder.offset - (text.lastIndexOf('\n', placeholder.offset - 1) + 1);
  const [before, behind] = [line.text.slice(0, column), line.text.slice(column + placeholder.length)];
  if (line.section !== undefined)
    return before === '' && /^%[a-z]/.test(value)
      ? `its value begins with %, which ends ${line.section} or adds to it; give another value`
      : undefined;
  // A placeholder that is a word by itself may become several.
  if (/(?:^|\s)$/.test(before) && /^(?:\s|$)/.test(behind)) return undefined;
  const words = (middle: string): number | undefined => shellWords(`${before}${middle}${behind}`)?.length;
  return words(value) === words('x')
    ? undefined
    : 'its value makes more or fewer words than the one it is a part of; give one word, or quote the placeholder';
}
