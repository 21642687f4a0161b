/** One thing `kiln doctor` looked at. */
export type Finding = {
  /** Stable, for programs: `accelerator`, `package.xorriso`. */
  readonly id: string;
  /** `warn`: builds work, with the drawback `what` names. `fail`: builds, or some of them, cannot work. */
  readonly status: 'ok' | 'warn' | 'fail';
  /** What was found, one sentence. */
  readonly what: string;
  /** What to do about it, where there is something. */
  readonly fix?: string;
};
