import type { MenuFile } from '../../src/ipxe/menu/menu-options.ts';

/** What somebody at the machine, or the loader, makes of generated menus. */
export type Walk = {
  /** Choices made beforehand. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Keys chosen one after another; `Escape` leaves a menu. Behind the last one nobody is there. */
  readonly choices?: readonly string[];
  /** What scripts of others do, by address. */
  readonly others?: Readonly<Record<string, string>>;
  /** Addresses that answer; a kernel that is there is started, which ends the walk. */
  readonly kernels?: RegExp;
};

export type Walked = {
  /** `menu.ipxe: key`, in order; `…: -` where nobody chose. */
  readonly asked: readonly string[];
  /** Kernel lines, initrd lines and chains, as they were run. */
  readonly fetched: readonly string[];
  readonly settings: ReadonlyMap<string, string>;
  /** How the first script ended; `waiting` at a menu without a time limit. */
  readonly end: 'well' | 'badly' | 'started' | 'waiting';
};

class Ended extends Error {
  readonly how: Walked['end'];

  constructor(how: Walked['end']) {
    super(how);
    this.how = how;
  }
}

/** Far more than any walk has; a circle comes to its end here. */
const MOST_LINES = 3000;

/**
 * Runs generated scripts as iPXE does (core/exec.c): a line's settings are filled in before any of its commands is run, `&&` and `||` go
 * from left to right, an empty command succeeds, and a line that fails ends its script.
 */
export function walkMenus(files: readonly MenuFile[], walk: Walk): Walked {
  const texts = new Map([
    ...files.map(({ path, text }) => [path, text] as const),
    ...Object.entries(walk.others ?? {}),
  ]);
  const settings = new Map(Object.entries(walk.settings ?? {}));
  const choices = [...(walk.choices ?? [])];
  const asked: string[] = [];
  const fetched: string[] = [];
  let lines = 0;

  const fill = (line: string): string =>
    line.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => settings.get(name) ?? '');

  const runScript = (name: string, text: string): boolean => {
    const body = text.split('\n');
    let at = 0;
    let ended: boolean | undefined;
    let items: string[] = [];
    const choose = (words: readonly string[]): boolean => {
      const key = choices.shift();
      asked.push(`${name}: ${key ?? '-'}`);
      if (key === 'Escape') return false;
      const picked = key ?? (words.includes('--timeout') ? words[words.indexOf('--default') + 1] : undefined);
      if (picked === undefined) throw new Ended('waiting');
      if (!items.includes(picked)) throw new Error(`${name} has no ${picked}, but ${items.join(' ')}`);
      settings.set(words.at(-1) ?? '', picked);
      return true;
    };
    const chain = (address: string): boolean => {
      fetched.push(`chain ${address}`);
      const next = texts.get(address);
      return next !== undefined && runScript(address, next);
    };
    const kernel = (words: readonly string[]): boolean => {
      fetched.push(words.join(' '));
      return words.some((word) => walk.kernels?.test(word) === true);
    };
    const goTo = (label: string): boolean => {
      const place = body.indexOf(`:${label}`);
      if (place >= 0) at = place;
      return place >= 0;
    };
    const command = (words: readonly string[]): boolean => {
      const [verb = '', one = '', two = ''] = words;
      switch (verb) {
        case 'set':
          settings.set(one, words.slice(2).join(' '));
          return true;
        case 'clear':
          settings.delete(one);
          return true;
        case 'isset':
          return one !== '';
        case 'iseq':
          return one === two;
        case 'goto':
          return goTo(one);
        case 'menu':
          items = [];
          return true;
        case 'item':
          if (one !== '--gap') items.push(one);
          return true;
        case 'choose':
          return choose(words);
        case 'chain':
          return chain(words.at(-1) ?? '');
        case 'exit':
          ended = one === '' || one === '0';
          return ended;
        case 'kernel':
        case 'initrd':
          return kernel(words);
        case 'boot':
          throw new Ended('started');
        case '':
        case 'echo':
        case 'imgfree':
        case 'prompt':
          return true;
        default:
          throw new Error(`${name}: ${words.join(' ')}`);
      }
    };
    const runLine = (line: string): boolean => {
      let good = true;
      let isNext = true;
      let words: string[] = [];
      for (const word of [...line.split(/ +/).filter((one) => one !== ''), '&&']) {
        if (word !== '&&' && word !== '||') {
          words.push(word);
          continue;
        }
        if (isNext && ended === undefined) good = command(words);
        isNext = (word === '&&') === good;
        words = [];
      }
      return good;
    };
    for (; at < body.length; at += 1) {
      lines += 1;
      if (lines > MOST_LINES) throw new Error(`going round in a circle at ${name}: ${body[at]}`);
      const line = fill(body[at] ?? '');
      if (/^[#:]/.test(line)) continue;
      const good = runLine(line);
      if (ended !== undefined) return ended;
      if (!good) return false;
    }
    return true;
  };

  const end = ((): Walked['end'] => {
    try {
      return runScript('menu.ipxe', texts.get('menu.ipxe') ?? '') ? 'well' : 'badly';
    } catch (error) {
      if (error instanceof Ended) return error.how;
      throw error;
    }
  })();
  return { asked, fetched, settings, end };
}
