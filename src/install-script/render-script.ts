import { SpecError } from '../foundation/errors.ts';
import { suggestion } from '../foundation/nearest-word.ts';
import type { InstallScriptKind } from '../spec/build-spec.ts';
import { cdataFinder, commentFinder } from './comments.ts';
import { lineOf } from './edit/text-edits.ts';
import { escapeXml } from './escape-xml.ts';
import { foreignPlaceholder } from './foreign-placeholder.ts';

/** Values for placeholders, by name. Secrets are masked wherever the text is shown. */
export type ScriptValues = {
  readonly plain: ReadonlyMap<string, string>;
  readonly secret: ReadonlyMap<string, string>;
  /** Names of plain values that are XML already and are not escaped in it. */
  readonly markup?: ReadonlySet<string>;
};

export type RenderedScript = {
  /** For the installer alone. */
  readonly text: string;
  /** The same with secrets masked, for logs and people. */
  readonly redactedText: string;
};

export type RenderInput = {
  readonly text: string;
  readonly kind: InstallScriptKind;
  readonly values: ScriptValues;
  readonly label?: string;
};

const MASK = '********';

export type Placeholder = { readonly name: string; readonly offset: number; readonly length: number };

/** `{{name}}` outside comments. Anything else in braces (`{{.State}}`, `${x}`) is the script's own. */
export function placeholdersIn(text: string, kind: InstallScriptKind): readonly Placeholder[] {
  const inComment = commentFinder(text, kind);
  return [...text.matchAll(/\{\{[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*\}\}/g)]
    .filter((match) => !inComment(match.index))
    .map((match) => ({ name: match[1] ?? '', offset: match.index, length: match[0].length }));
}

/**
 * Fills in the placeholders; everything else stays byte for byte, and values are not looked into again. In XML, values are escaped
 * outside CDATA.
 * @throws SpecError `script.unknown-placeholder` naming all of them with file and line
 */
export function renderScript(script: RenderInput): RenderedScript {
  const { text, kind, values } = script;
  const placeholders = placeholdersIn(text, kind);
  refuseUnknown(script);
  const raw = kind === 'autoyast' ? cdataFinder(text) : () => true;
  const fill = (secret: (name: string) => string | undefined): string => {
    let at = 0;
    const parts = placeholders.map(({ name, offset, length }) => {
      const before = text.slice(at, offset);
      at = offset + length;
      const value = secret(name) ?? values.plain.get(name) ?? '';
      return before + (raw(offset) || values.markup?.has(name) ? value : escapeXml(value));
    });
    return parts.join('') + text.slice(at);
  };
  return {
    text: fill((name) => values.secret.get(name)),
    redactedText: fill((name) => (values.secret.has(name) ? MASK : undefined)),
  };
}

export type UnknownPlaceholder = {
  readonly name: string;
  readonly line: number;
  /** A sentence, without a period at its end. */
  readonly problem: string;
  /** What to write or do instead. */
  readonly fix: string;
};

/** Placeholders that nobody gave a value for, and those that are for another kind of script. */
export function unknownPlaceholders(
  text: string,
  kind: InstallScriptKind,
  values: ScriptValues,
): readonly UnknownPlaceholder[] {
  const known = [...values.plain.keys(), ...values.secret.keys()];
  return placeholdersIn(text, kind)
    .filter(({ name }) => !known.includes(name))
    .map(({ name, offset }) => ({
      name,
      line: lineOf(text, offset),
      ...(foreignPlaceholder(name, kind) ?? {
        problem: `{{${name}}} has no value${suggestion(name, known).replace(/^ /, '. ')}`,
        fix: `give it with --var ${name}=value or under "variables:" of the template, or correct the name`,
      }),
    }));
}

/** @throws SpecError `script.unknown-placeholder` */
function refuseUnknown({ text, kind, values, label = 'install script' }: RenderInput): void {
  const problems = unknownPlaceholders(text, kind, values).map(({ line, problem, fix }) => ({
    where: `${label}:${line}`,
    problem,
    fix,
  }));
  if (problems.length === 0) return;
  const lines = problems.map(({ where, problem, fix }) => `  ${where}: ${problem}\n      ${fix}`);
  throw new SpecError(
    'script.unknown-placeholder',
    `The install script has placeholders that cannot be filled in:\n${lines.join('\n')}`,
    { details: { problems } },
  );
}
