import type { XmlDocument } from '../../foundation/parse-xml.ts';
import type { InstallScriptKind } from '../../spec/build-spec.ts';
import type { AutoinstallDocument } from '../autoinstall-document.ts';
import type { KickstartDocument } from '../kickstart-document.ts';
import type { PreseedAnswer } from '../preseed-lines.ts';
import type { UserScriptDocument } from '../user-script-document.ts';
import type { LintTarget } from './lint-target.ts';

/** `error`: the install would fail, stop, wait, or not do what the script says. `warning`: it may, or the image is not what one wants. `note`: worth knowing. */
export const SEVERITIES = ['error', 'warning', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The line of what is not in the script at all. */
export const MISSING = 0;

/** One place where a rule is broken. */
export type Hit = {
  /** 1 for the first; `MISSING` where no line is wrong. */
  readonly line: number;
  /** What is wrong, in a sentence. */
  readonly message: string;
  /** What to write or do instead. */
  readonly fix: string;
};

export type Finding = Hit & {
  readonly rule: string;
  readonly severity: Severity;
  /** A build puts in by itself what is missing. */
  readonly mendable: boolean;
  /** What is to blame when no line of the script is: the place of a variable or of a template's key. */
  readonly where?: string;
};

/** `FILE:LINE`, or the file alone; what is to blame instead stands before it, or for it where there is no line. */
export function placeText(label: string, { line, where }: Pick<Finding, 'line' | 'where'>): string {
  if (line === MISSING) return where ?? label;
  return where === undefined ? `${label}:${line}` : `${where} (${label}:${line})`;
}

/** By line, then by severity. */
export const compareFindings = (a: Finding, b: Finding): number =>
  a.line - b.line || SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);

/** A script's text with its structure, as the rules of its kind get it. */
export type ScriptOf<K extends InstallScriptKind> = {
  readonly kind: K;
  readonly text: string;
} & Structures[K];

type Structures = {
  readonly kickstart: { readonly document: KickstartDocument };
  readonly preseed: { readonly answers: readonly PreseedAnswer[] };
  readonly autoinstall: { readonly document: AutoinstallDocument };
  readonly autoyast: { readonly document: XmlDocument };
  readonly 'user-script': { readonly document: UserScriptDocument };
};

export type AnyScript = { readonly [K in InstallScriptKind]: ScriptOf<K> }[InstallScriptKind];

/**
 * One thing that can be wrong with a script. `fixtures/lint/<id>/` holds a script that trips it and one that must not; a test walks
 * them.
 */
export type LintRule<S = AnyScript> = {
  /** `kickstart.removed-command`; stable, for programs. */
  readonly id: string;
  readonly severity: Severity;
  /** For the documents, without a period. */
  readonly about: string;
  /** Looks for secrets in the script's own text: what is given with --var or a file does not stand there. */
  readonly asWritten?: true;
  readonly check: (script: S, target: LintTarget) => readonly Hit[];
  /**
   * The whole text with what is missing put in; called only when `check` has hits. Undefined when there is no safe place. Never
   * changes comments, strings or the bodies of scripts.
   */
  readonly mend?: (script: S, target: LintTarget) => string | undefined;
};

export const NO_HITS: readonly Hit[] = [];
