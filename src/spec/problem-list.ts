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

  add(where: string, problem: string): void {
    this.#places.add(where);
    this.#problems.push({ where: this.#spelling.get(where) ?? where, problem });
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
