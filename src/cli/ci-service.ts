/** How a CI service folds parts of a log, and keeps text in the log from being taken for its commands. */
export type CiService = {
  /** `at`: milliseconds since the epoch; `name`: letters, digits and hyphens. */
  begin(name: string, title: string, at: number): string;
  end(name: string, at: number): string;
  /** Text that may hold somebody else's words. It only adds blanks, each as soon as the character after it is known (ci-filter.ts). */
  harmless(text: string): string;
  /** The failure, where the service shows one apart from the log; else ''. */
  failure(code: string, message: string): string;
};

/** The service whose variables are set; undefined outside of those Kiln knows. */
export function ciService(env: Readonly<Record<string, string | undefined>>): CiService | undefined {
  if (env.GITHUB_ACTIONS === 'true') return GITHUB;
  return env.GITLAB_CI === 'true' ? GITLAB : undefined;
}

/**
 * GitHub's workflow commands (docs.github.com, "Workflow commands for GitHub Actions"). Its runner takes `::name` at the beginning of a
 * line and `##[name]` anywhere in it (actions/runner, ActionCommand.cs).
 */
const GITHUB: CiService = {
  begin: (_name, title) => `::group::${title}\n`,
  end: () => '::endgroup::\n',
  harmless: (text) => text.replaceAll(/^([^\S\n]*):(?=:)/gm, '$1: ').replaceAll('##[', '## ['),
  failure: (code, message) =>
    `::error title=${githubValue(`Kiln: ${code}`).replaceAll(':', '%3A').replaceAll(',', '%2C')}::${githubValue(message)}\n`,
};

const githubValue = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const ERASE = '\u001b[0K';
const seconds = (at: number): number => Math.floor(at / 1000);

/**
 * GitLab's custom collapsible sections (docs.gitlab.com, "CI/CD job logs"). Their lines end with CR and ESC, which no text of a guest
 * holds here; what Kiln adds to a line may begin with ESC.
 */
const GITLAB: CiService = {
  begin: (name, title, at) => `${ERASE}section_start:${seconds(at)}:kiln-${name}\r${ERASE}${title}\n`,
  end: (name, at) => `${ERASE}section_end:${seconds(at)}:kiln-${name}\r${ERASE}\n`,
  harmless: (text) => text.replaceAll(/(section_(?:start|end):)(?=\d)/g, '$1 '),
  failure: () => '',
};
