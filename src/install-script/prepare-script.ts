import type { InstallScriptKind } from '../spec/build-spec.ts';
import { checkEnding } from './check-ending.ts';
import { ensureMarker } from './ensure-marker.ts';
import { type RenderedScript, renderScript, type ScriptValues } from './render-script.ts';

export type PreparedScript = RenderedScript & {
  /** What Kiln added, as a unified diff without secrets; empty when the script was complete. */
  readonly diff: string;
};

/**
 * From the user's text to what the installer gets: refused when it would not end by itself, the completion marker added when it
 * is missing, values filled in.
 * @throws SpecError `script.not-unattended`, `script.contradicting-endings`, `script.unclosed-section`, `script.no-marker`,
 * `script.unknown-placeholder`
 */
export function prepareScript(script: {
  readonly text: string;
  readonly kind: InstallScriptKind;
  readonly label: string;
  readonly values: ScriptValues;
}): PreparedScript {
  checkEnding(script);
  const { text, diff } = ensureMarker(script);
  return { ...renderScript({ ...script, text }), diff };
}
