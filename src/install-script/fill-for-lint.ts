import type { InstallScriptKind } from '../spec/build-spec.ts';
import { MARKER_PLACEHOLDER } from './marker.ts';
import { placeholdersIn, renderScript, type ScriptValues } from './render-script.ts';

/** The text as rules look at it: known values filled in, secrets masked, the completion marker and unknown names as written. */
export function fillForLint(text: string, kind: InstallScriptKind, values: ScriptValues): string {
  const unknown = placeholdersIn(text, kind)
    .map(({ name }) => name)
    .filter((name) => !values.plain.has(name) && !values.secret.has(name));
  const asWritten = [...unknown, MARKER_PLACEHOLDER].map((name) => [name, `{{${name}}}`] as const);
  const plain = new Map([...values.plain, ...asWritten]);
  return renderScript({ text, kind, values: { ...values, plain } }).redactedText;
}

/** Tells where a line of the filled-in text stands in the one that was written: a value may have several lines. */
export function linesAsWritten(
  text: string,
  kind: InstallScriptKind,
  values: ScriptValues,
): (line: number) => number {
  const longer: { readonly at: number; readonly more: number }[] = [];
  let [at, from] = [1, 0];
  for (const { name, offset } of placeholdersIn(text, kind)) {
    at += breaksIn(text.slice(from, offset));
    from = offset;
    const more = breaksIn(values.plain.get(name) ?? '');
    if (more > 0) longer.push({ at, more });
  }
  return (line) => {
    let extra = 0;
    for (const { at: begin, more } of longer) {
      if (begin + extra >= line) break;
      if (begin + extra + more >= line) return begin;
      extra += more;
    }
    return line - extra;
  };
}

const breaksIn = (text: string): number => text.split('\n').length - 1;
