import type { ConsolePattern, ScriptMend } from '../console-pattern.ts';

/** An error of the Debian installer; `title` is a part of an expression. */
export type DebianErrorRow = {
  readonly id: string;
  readonly title: string;
  readonly phase: string;
  readonly meaning: string;
  readonly remedy?: string;
  readonly advice?: ConsolePattern['advice'];
  readonly settings?: readonly string[];
  readonly add?: readonly string[];
  readonly shown: string;
  readonly from?: 'recorded';
  readonly never: string;
  readonly fallback?: true;
  readonly detail?: RegExp;
  readonly mendOf?: ConsolePattern['mendOf'];
};

const mendOf = ({ settings, add }: DebianErrorRow): { readonly mend?: ScriptMend } =>
  settings === undefined ? {} : { mend: { settings, ...(add === undefined ? {} : { add }) } };

export const debianError = (row: DebianErrorRow): ConsolePattern => ({
  id: `debian-installer.${row.id}`,
  family: 'debian-installer',
  kind: 'error',
  phase: row.phase,
  regex: new RegExp(`^!! ERROR: ${row.title}`),
  meaning: row.meaning,
  ...(row.remedy === undefined ? {} : { remedy: row.remedy }),
  ...(row.advice === undefined ? {} : { advice: row.advice }),
  ...mendOf(row),
  sample: {
    from: row.from ?? 'documented',
    text: `!! ERROR: ${row.shown}\n\n[Press enter to continue]`,
  },
  never: row.never,
  ...(row.fallback ? { fallback: true } : {}),
  ...(row.detail === undefined ? {} : { detail: row.detail }),
  ...(row.mendOf === undefined ? {} : { mendOf: row.mendOf }),
});
