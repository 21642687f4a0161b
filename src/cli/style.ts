/** Colours by meaning. Without colours every function returns its text. */
export type Style = {
  readonly bold: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly bad: (text: string) => string;
};

/** SGR numbers (ECMA-48): start and the matching end. */
const CODES = { bold: [1, 22], faint: [2, 22], good: [32, 39], warning: [33, 39], bad: [31, 39] } as const;

export function styleFor(output: { readonly colours: boolean }): Style {
  const painter =
    (name: keyof typeof CODES) =>
    (text: string): string =>
      output.colours ? `\u001b[${CODES[name][0]}m${text}\u001b[${CODES[name][1]}m` : text;
  return {
    bold: painter('bold'),
    faint: painter('faint'),
    good: painter('good'),
    warning: painter('warning'),
    bad: painter('bad'),
  };
}
