/** Whether a value of unknown origin is what it should be. */
export type Fits = (value: unknown) => boolean;
export type Shape = Readonly<Record<string, Fits>>;

export const text: Fits = (value) => typeof value === 'string';
export const number: Fits = (value) => typeof value === 'number';
export const flag: Fits = (value) => typeof value === 'boolean';
export const object: Fits = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
export const oneOf =
  (words: readonly string[]): Fits =>
  (value) =>
    words.some((word) => word === value);
export const optional =
  (fits: Fits): Fits =>
  (value) =>
    value === undefined || fits(value);
export const listOf =
  (fits: Fits): Fits =>
  (value) =>
    Array.isArray(value) && value.every(fits);
/** An object; what else it has does not matter. */
export const shaped =
  (shape: Shape): Fits =>
  (value) =>
    object(value) && fitsShape(value as Readonly<Record<string, unknown>>, shape);

export function fitsShape(value: Readonly<Record<string, unknown>>, shape: Shape): boolean {
  return Object.entries(shape).every(([name, fits]) => fits(value[name]));
}
