import {
  type BuildEvent,
  type BuildResult,
  type MachineResult,
  STAGE_TITLES,
  STAGES,
  type StageName,
} from '../build/build-events.ts';
import { escapeAttribute, escapeText } from '../foundation/xml-text.ts';
import type { Publication } from '../publish/publication.ts';
import { safeText } from './safe-text.ts';

/** Collects what a build tells and writes it as JUnit's XML, one test case a stage. */
export type JunitReport = {
  show(event: BuildEvent): void;
  /** The whole document, with what is known so far. */
  text(): string;
};

type Failure = Extract<BuildEvent, { type: 'build-failed' }>;
type StageEnd =
  | { readonly kind: 'passed'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly seconds: number; readonly code: string | undefined }
  | { readonly kind: 'skipped'; readonly why: string };

/**
 * The form that Jenkins, GitLab and GitHub's reporters read (JUnit's Ant task; windyroad's JUnit.xsd). The stage that failed
 * with the cause of the build, else the first that failed, has it with the end of the console; others that ended with it, and those never reached, count as skipped. Until the build has ended the
 * document has an error, which is what a Kiln that is killed leaves.
 * @param openedAt stands for the build's beginning until there is an event; milliseconds since the epoch
 */
export function junitReport(openedAt: number): JunitReport {
  const stages = new Map<StageName, StageEnd>();
  const begun = new Set<StageName>();
  const notices: string[] = [];
  let started: Extract<BuildEvent, { type: 'build-started' }> | undefined;
  let firstAt: number | undefined;
  let lastAt = openedAt;
  let failure: Failure | undefined;
  let result: BuildResult | MachineResult | undefined;

  return {
    show: (event) => {
      firstAt ??= event.at;
      lastAt = event.at;
      switch (event.type) {
        case 'build-started':
          started = event;
          break;
        case 'stage-started':
          begun.add(event.stage);
          stages.delete(event.stage);
          break;
        case 'stage-finished':
          stages.set(event.stage, { kind: 'passed', seconds: event.seconds });
          break;
        case 'stage-failed':
          stages.set(event.stage, { kind: 'failed', seconds: event.seconds, code: event.code });
          break;
        case 'stage-skipped':
          stages.set(event.stage, { kind: 'skipped', why: event.why });
          break;
        case 'notice':
          notices.push(event.message);
          break;
        case 'build-failed':
          failure = event;
          break;
        case 'build-finished':
          result = event.result;
          break;
        case 'stage-progress':
          break;
      }
    },
    text: () => {
      const name = started?.name ?? 'build';
      const blamed = blamedFor(failure, stages);
      const cases = STAGES.map((stage) => caseOf(name, stage, stages.get(stage), { begun, blamed, failure }));
      if (failure !== undefined && blamed === undefined) cases.unshift(requestCase(name, failure));
      if (failure === undefined && result === undefined) cases.unshift(unfinishedCase(name));
      const told = result ?? failure?.details;
      const published = publicationsIn(told?.publications);
      return suite({
        name,
        started,
        firstAt: firstAt ?? openedAt,
        lastAt,
        cases,
        notices,
        result,
        published,
      });
    },
  };
}

/** In the order in which they failed. */
function blamedFor(
  failure: Failure | undefined,
  stages: ReadonlyMap<StageName, StageEnd>,
): StageName | undefined {
  const failed = [...stages].filter(([, { kind }]) => kind === 'failed');
  const own = failed.find(([, end]) => end.kind === 'failed' && end.code === failure?.code);
  return (own ?? failed[0])?.[0];
}

type Case = { readonly xml: string; readonly end: 'passed' | 'failed' | 'skipped' | 'unfinished' };

type SoFar = {
  readonly begun: ReadonlySet<StageName>;
  readonly blamed: StageName | undefined;
  readonly failure: Failure | undefined;
};

function caseOf(
  build: string,
  stage: StageName,
  end: StageEnd | undefined,
  { begun, blamed, failure }: SoFar,
): Case {
  const seconds = end === undefined || end.kind === 'skipped' ? 0 : end.seconds;
  const head = `<testcase${attributes({ classname: `kiln.${build}`, name: STAGE_TITLES[stage], time: seconds.toFixed(3) })}`;
  if (end?.kind === 'passed') return { xml: `${head}/>`, end: 'passed' };
  if (stage === blamed && failure !== undefined)
    return { xml: `${head}>${failureElement(failure)}</testcase>`, end: 'failed' };
  const why = end?.kind === 'skipped' ? end.why : whyNoEnd(begun.has(stage), end ?? failure);
  return { xml: `${head}><skipped${attributes({ message: why })}/></testcase>`, end: 'skipped' };
}

/** @param ended the stage's own failure, which another one's brought about, or that of the build */
function whyNoEnd(hadBegun: boolean, ended: StageEnd | Failure | undefined): string {
  if (ended !== undefined && (hadBegun || 'kind' in ended)) return 'ended since the build failed';
  return hadBegun ? 'had begun; its end is not known' : 'not reached';
}

/** It failed outside of every stage: a request that cannot be built. */
function requestCase(build: string, failure: Failure): Case {
  const head = `<testcase${attributes({ classname: `kiln.${build}`, name: 'Request', time: '0.000' })}`;
  return { xml: `${head}>${failureElement(failure)}</testcase>`, end: 'failed' };
}

function unfinishedCase(build: string): Case {
  const head = `<testcase${attributes({ classname: `kiln.${build}`, name: 'Build', time: '0.000' })}`;
  const why = 'The build did not finish: it still ran when this was written, or Kiln was killed.';
  const told = attributes({ type: 'unfinished', message: 'did not finish' });
  return { xml: `${head}><error${told}>${escapeText(why)}</error></testcase>`, end: 'unfinished' };
}

function failureElement({ code, message, details }: Failure): string {
  const [first = message] = message.split('\n');
  const { consoleTail } = (details.evidence ?? {}) as { readonly consoleTail?: unknown };
  const tail = Array.isArray(consoleTail) ? consoleTail.map(String) : [];
  const text = tail.length === 0 ? message : `${message}\n\nEnd of the console:\n${tail.join('\n')}`;
  return `<failure${attributes({ type: code, message: first })}>${escapeText(printable(text))}</failure>`;
}

type Suite = {
  readonly name: string;
  readonly started: Extract<BuildEvent, { type: 'build-started' }> | undefined;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly cases: readonly Case[];
  readonly notices: readonly string[];
  readonly result: BuildResult | MachineResult | undefined;
  /** Where the images went, one line each. */
  readonly published: readonly string[];
};

/** Of a build that failed the details may come from another process, and be of any form. */
function publicationsIn(value: unknown): readonly string[] {
  const all = Array.isArray(value) ? (value as readonly Partial<Publication>[]) : [];
  return all.map(({ target, where, id, url }) => [target, where, id, url].filter(Boolean).join(' '));
}

function suite({ name, started, firstAt, lastAt, cases, notices, result, published }: Suite): string {
  const count = (end: Case['end']): string => String(cases.filter((one) => one.end === end).length);
  const counts = { tests: String(cases.length), failures: count('failed'), errors: count('unfinished') };
  const time = ((lastAt - firstAt) / 1000).toFixed(3);
  const timestamp = new Date(firstAt).toISOString().replace(/\.\d+Z$/, '');
  const head = attributes({
    name: `kiln.${name}`,
    ...counts,
    skipped: count('skipped'),
    time,
    timestamp,
    hostname: 'localhost',
  });
  const images = result?.artifacts.map(({ path }) => ['image', path] as const) ?? [];
  const places = published.map((place) => ['published', place] as const);
  const facts = started && [['build', started.buildId] as const, ['folder', started.directory] as const];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ ...counts, time })}>`,
    `<testsuite${head}>`,
    '<properties>',
    ...[...(facts ?? []), ...images, ...places].map(
      ([key, value]) => `<property${attributes({ name: key, value })}/>`,
    ),
    '</properties>',
    ...cases.map(({ xml }) => xml),
    ...(notices.length === 0
      ? []
      : [`<system-out>${escapeText(printable(notices.join('\n')))}</system-out>`]),
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeAttribute(printable(value))}"`)
    .join('');
}

/** What a guest wrote may hold characters that XML cannot (XML 1.0, 2.2): lone surrogates and two that are no characters. */
function printable(text: string): string {
  return safeText(text).replaceAll(/[\ud800-\udfff\ufffe\uffff]/gu, '\ufffd');
}
