/**
 * Takes the size out of the numbers in control sequences (ECMA-48 5.4) before a terminal emulator sees them. xterm.js believes them:
 * "scroll up 2147483647 lines" in 13 bytes of a guest's console holds it up for minutes. Long lines stay whole besides: SeaBIOS has them
 * no longer wrapped, for all that follows it, and what does not fit would go over itself in the last column. Pure; a sequence may be split
 * over pieces.
 */
export type LimitedSequences = (text: string) => string;

/** No screen that Kiln keeps is larger. */
const MOST = 100;
/** Their numbers name a mode, a colour, a report: nothing is repeated. */
const NAMING = 'hlmnpqt';
/** DEC's mode of wrapping (DECAWM). */
const WRAPS = 7;
/** A sequence with more parameters is none that a terminal knows. */
const LONGEST = 256;

const ESC = '\x1b';
/** The control sequence introducer as one character. */
const CSI = '\x9b';
const STARTS = /[\x1b\x9b]/;

/**
 * Follows the states of the parser of DEC's terminals, which xterm.js has too: other control characters inside a sequence are carried
 * out at once, CAN, SUB and whatever belongs to no sequence end it without effect.
 */
export function createLimitedSequences(): LimitedSequences {
  let state: 'text' | 'escape' | 'sequence' = 'text';
  let parameters = '';

  const inSequence = (character: string): string => {
    if (character >= ' ' && character <= '?') {
      if (parameters.length < LONGEST) parameters += character;
      return '';
    }
    if (character === '\x7f') return '';
    if (character < ' ' && character !== '\x18' && character !== '\x1a') return character;
    state = 'text';
    if (character < '@' || character > '~') return character;
    if (character === 'l') return withoutWraps(parameters) + character;
    return (NAMING.includes(character) ? parameters : limited(parameters)) + character;
  };
  const take = (character: string): string => {
    if (character === ESC || character === CSI) {
      state = character === ESC ? 'escape' : 'sequence';
      parameters = '';
      return character;
    }
    if (state === 'sequence') return inSequence(character);
    if (state === 'escape') {
      if (character === '[') state = 'sequence';
      else if (character >= ' ' && character !== '\x7f') state = 'text';
      else if (character === '\x18' || character === '\x1a') state = 'text';
    }
    return character;
  };
  return (text) => {
    if (state === 'text' && !STARTS.test(text)) return text;
    let limitedText = '';
    for (const character of text) limitedText += take(character);
    return limitedText;
  };
}

function limited(parameters: string): string {
  return parameters.replace(/\d+/g, (digits) => (Number(digits) > MOST ? String(MOST) : digits));
}

/** Of the modes that are switched off. */
function withoutWraps(parameters: string): string {
  if (!parameters.startsWith('?')) return parameters;
  const modes = parameters.slice(1).split(';');
  return `?${modes.filter((mode) => Number(mode) !== WRAPS).join(';')}`;
}
