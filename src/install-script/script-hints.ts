import type { InstallScriptKind } from '../spec/build-spec.ts';
import { kickstartCommands } from './kickstart-lines.ts';
import { preseedAnswers } from './preseed-lines.ts';

/** What an install script tells about the system it is for and where that is installed from. */
export type ScriptHints = {
  /** Said to Kiln in a comment at the head: `# kiln: os=debian13 location=…`. */
  readonly directive: { readonly os?: string; readonly location?: string; readonly cdrom?: string };
  /** Code name of a Debian suite. */
  readonly suite?: string;
  /** Install tree that the script's own commands name. */
  readonly tree?: string;
};

/** `# kiln: os=debian13 location=…` among the comments and empty lines at the beginning; `<!-- kiln: … -->` in XML. */
function headDirective(text: string): Readonly<Record<string, string>> {
  const xml = /^\s*<[?!]/.test(text);
  const head = (xml ? /^[\s\S]*?(?=<profile)/ : /^(?:[ \t]*(?:#.*)?\n)*(?:[ \t]*#.*)?/).exec(text)?.[0] ?? '';
  const words = [...head.matchAll(/^[ \t]*(?:#|<!--)[ \t]*kiln:(.*?)(?:-->.*)?$/gm)].flatMap((match) =>
    (match[1] ?? '').trim().split(/\s+/),
  );
  const pairs = words
    .map((word) => /^(os|location|cdrom)=(.+)$/.exec(word))
    .filter((match) => match !== null);
  return Object.fromEntries(pairs.map((match) => [match[1] ?? '', match[2] ?? '']));
}

function kickstartLocation(text: string): string | undefined {
  const line = kickstartCommands(text).find(({ word }) => word === 'url')?.line.text ?? '';
  return /--url(?:=|\s+)["']?([^\s"']+)/.exec(line)?.[1];
}

/** debian-installer keeps the mirror's parts under separate questions (installation guide, B.4.3). */
function preseedMirror(text: string): { readonly suite?: string; readonly tree?: string } {
  const answers = new Map(preseedAnswers(text).map(({ question, value }) => [question, value]));
  const baseUrl = /^#\s*ubuntu_baseurl=(\S+)/m.exec(text)?.[1];
  const suite = answers.get('mirror/suite') ?? answers.get('mirror/codename');
  const protocol = answers.get('mirror/protocol') ?? 'http';
  const host = answers.get(`mirror/${protocol}/hostname`);
  const folder = answers.get(`mirror/${protocol}/directory`) ?? '/debian';
  const mirror =
    host && suite && /^\/[\w./-]*$/.test(folder)
      ? `${protocol}://${host}${folder.replace(/\/$/, '')}/dists/${suite}/main/installer-amd64/`
      : undefined;
  const tree = baseUrl ?? mirror;
  return { ...(suite ? { suite } : {}), ...(tree ? { tree } : {}) };
}

export function scriptHints(text: string, kind: InstallScriptKind): ScriptHints {
  const own = kind === 'preseed' ? preseedMirror(text) : {};
  const url = kind === 'kickstart' ? kickstartLocation(text) : undefined;
  return { ...own, ...(url ? { tree: url } : {}), directive: headDirective(text) };
}
