import { type Problem, SpecError } from '../foundation/errors.ts';

/** Runs readers and keeps what they complain about, so that all problems can be told together. */
export class ProblemList {
  readonly #problems: Problem[] = [];
  readonly #places = new Set<string>();
  readonly #spelling: ReadonlyMap<string, string>;

  /** `spelling`: other names that places go by in the problems. */
  constructor(spelling: Readonly<Record<string, string>> = {}) {
    this.#spelling = new Map(Object.entries(spelling));
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** Whether `add` was called for the place, by its own name. */
  has(where: string): boolean {
    return this.#places.has(where);
  }

  /** `code` as in `Problem`. A place may name more behind the option: `--var locale`. */
  add(where: string, problem: string, code?: string): void {
    this.#places.add(where);
    this.#problems.push({ where: this.#spelled(where), problem, ...(code === undefined ? {} : { code }) });
  }

  #spelled(where: string): string {
    const [option = where] = where.split(' ', 1);
    const other = this.#spelling.get(option);
    return this.#spelling.get(where) ?? (other === undefined ? where : other + where.slice(option.length));
  }

  addAll(problems: readonly Problem[]): void {
    this.#problems.push(...problems);
  }

  /** The reader's result, or undefined with the problem noted under `where`. An undefined input stays undefined. */
  read<V, T>(where: string, value: V | undefined, reader: (value: V) => T): T | undefined {
    if (value === undefined) return undefined;
    try {
      return reader(value);
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      this.add(where, error.message);
      return undefined;
    }
  }
}
