import type { OutputSpec } from '../artifact/output-spec.ts';
import type { Seconds } from '../foundation/duration.ts';
import type { Bytes } from '../foundation/size.ts';
import type { MediaSource } from '../media/install-media.ts';
import type { PublishTarget } from '../publish/publish-target.ts';
import type {
  BuildSpec,
  InjectionMethod,
  InstallScriptKind,
  SecretRef,
  WatchPatternSpec,
} from './build-spec.ts';

/** What one template, or the options together, say about a build: any part of it, each part already valid in itself. */
export type Settings = {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly os?: string | undefined;
  readonly firmware?: BuildSpec['firmware'] | undefined;
  readonly machine?: BuildSpec['machine'] | undefined;
  readonly memory?: Bytes | undefined;
  readonly vcpus?: number | undefined;
  readonly cpu?:
    | { readonly model?: string | undefined; readonly features?: readonly string[] | undefined }
    | undefined;
  readonly accelerator?: BuildSpec['accelerator'] | undefined;
  readonly disk?:
    | { readonly size?: Bytes | undefined; readonly bus?: BuildSpec['disk']['bus'] | undefined }
    | undefined;
  readonly network?: BuildSpec['network'] | undefined;
  readonly media?: readonly MediaSource[] | undefined;
  readonly loader?: BuildSpec['loader'] | undefined;
  readonly script?: ScriptSettings | undefined;
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly rootPassword?: SecretRef | undefined;
  readonly extraArgs?: readonly string[] | undefined;
  readonly outputs?: readonly OutputSpec[] | undefined;
  readonly publish?: readonly PublishTarget[] | undefined;
  readonly bootCheck?:
    | {
        readonly enabled?: boolean | undefined;
        readonly pattern?: string | undefined;
        readonly limit?: Seconds | undefined;
        readonly limitIsLiteral?: true | undefined;
      }
    | undefined;
  readonly watch?:
    | {
        readonly patterns?: readonly WatchPatternSpec[] | undefined;
        readonly syslog?: boolean | undefined;
      }
    | undefined;
  readonly limits?:
    | {
        readonly total?: Seconds | undefined;
        readonly stall?: Seconds | undefined;
        readonly literal?: readonly ('total' | 'stall')[] | undefined;
      }
    | undefined;
};

export type ScriptSettings = {
  readonly path?: string | undefined;
  readonly kind?: InstallScriptKind | undefined;
  readonly inject?: InjectionMethod | undefined;
};

/** These are one value each: half of an old one beside half of a new one would mean something nobody wrote. */
const REPLACED_WHOLE: ReadonlySet<string> = new Set(['rootPassword']);

type PlainMap = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is PlainMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function mergeMaps(below: PlainMap, above: PlainMap): PlainMap {
  const merged = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const old = merged.get(key);
    const joined = isMap(old) && isMap(value) && !REPLACED_WHOLE.has(key) ? mergeMaps(old, value) : value;
    merged.set(key, joined);
  }
  return Object.fromEntries(merged);
}

/**
 * Lays `above` over `below`: maps are merged deeply, lists and single values replaced. A script that names its path replaces the
 * old one with its kind, which belonged to the old text.
 */
export function mergeSettings(below: Settings, above: Settings): Settings {
  const cleared = above.script?.path === undefined ? below : { ...below, script: undefined };
  // Merging keeps the shape: each key's value comes from one of two values of that key's type, or is such a merge itself.
  return mergeMaps(cleared as PlainMap, above as PlainMap) as Settings;
}
