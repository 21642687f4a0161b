import { commentFinder } from '../../comments.ts';
import { addMarker, whyNoPlace } from '../../edit/add-marker.ts';
import { lineOf } from '../../edit/text-edits.ts';
import { MARKER_PLACEHOLDER } from '../../marker.ts';
import { markersIn } from '../../marker-reach.ts';
import { knowsNoEnd } from '../kickstart/kickstart-release.ts';
import type { AnyScript, Hit, LintRule } from '../lint-rule.ts';
import { MISSING } from '../lint-rule.ts';

const noMarker: LintRule = {
  id: 'script.no-marker',
  severity: 'error',
  about: 'nothing proves that the script came to its end: no completion marker, or none that is reached',
  check: ({ text, kind }) => {
    const markers = markersIn(text, kind);
    if (markers.includes(undefined)) return [];
    const proof = 'a guest that powers off may just as well have failed: the completion marker is';
    const last = `run as the script's last command: {{${MARKER_PLACEHOLDER}}}`;
    const unreached = markers.at(-1);
    if (unreached !== undefined) {
      const { line, why } = unreached;
      return [{ line, message: `${proof} there and is never run: ${why}`, fix: `mend that, or ${last}` }];
    }
    const message = `${proof} missing`;
    const none = whyNoPlace(text, kind);
    return none === undefined
      ? [{ line: MISSING, message, fix: last }]
      : [{ line: none.line, message: `${message}, and ${none.why}`, fix: `mend that, or ${last}` }];
  },
  mend: ({ text, kind }, { os }) => addMarker(text, kind, kind === 'kickstart' && knowsNoEnd(os)),
};

function textHits(
  script: AnyScript,
  pattern: RegExp,
  say: (found: string) => Omit<Hit, 'line'>,
): readonly Hit[] {
  const inComment = commentFinder(script.text, script.kind);
  return [...script.text.matchAll(pattern)]
    .filter(({ index }) => !inComment(index))
    .map((match) => ({ line: lineOf(script.text, match.index), ...say(match[0]) }));
}

const privateKey: LintRule = {
  id: 'script.private-key',
  severity: 'warning',
  about: 'a private key in the script',
  asWritten: true,
  check: (script) =>
    textHits(script, /-----BEGIN [A-Z ]*PRIVATE KEY-----/g, () => ({
      message: 'a private key stands in the script, and so in every copy of the image',
      fix: 'bring it to the machine when it runs',
    })),
};

const urlLogin: LintRule = {
  id: 'script.url-login',
  severity: 'warning',
  about: 'an address with user and password',
  asWritten: true,
  check: (script) =>
    textHits(script, /\b[a-z]+:\/\/[^\s/:@"'<>{}]+:[^\s/@"'<>{}]+@/gi, () => ({
      message: 'an address holds a user and a password in clear text',
      fix: 'write {{name}} in their place and give them with --var, or use a server inside the network',
    })),
};

export const COMMON_RULES: readonly LintRule[] = [noMarker, privateKey, urlLogin];
