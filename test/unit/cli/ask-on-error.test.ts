import { describe, expect, it } from 'vitest';
import { askOnErrorWith } from '../../../src/cli/ask-on-error.ts';
import { InstallError } from '../../../src/foundation/errors.ts';
import { recordingIo } from './recording-io.ts';

const ERROR = new InstallError('install.prompt', 'The installer waits: \x1b[2Jit asks "Root password:".');

/** What becomes of the guest when these are typed, one after the other. */
async function answered(...typed: readonly string[]) {
  const questions: string[] = [];
  const io = {
    ...recordingIo(),
    ask: async (question: string) => {
      questions.push(question);
      return typed[questions.length - 1] ?? '';
    },
  };
  const answer = await askOnErrorWith(io).askOnError?.(ERROR, new AbortController().signal);
  return { answer, questions, shown: io.stderr() };
}

describe('--on-error=ask', () => {
  it.each([
    ['k', 'keep'],
    [' Keep ', 'keep'],
    ['a', 'abort'],
    ['abort', 'abort'],
    ['', 'abort'],
  ])('%j means %s', async (typed, answer) => {
    expect(await answered(typed)).toMatchObject({ answer });
  });

  it('tells which answer Enter stands for', async () => {
    const { questions } = await answered('');
    expect(questions).toEqual(['End the guest (a, abort) or leave it for a look (k, keep)? [A/k] ']);
  });

  it('shows the error first, and asks again until it understands', async () => {
    const { answer, questions, shown } = await answered('what?', 'k');
    expect(answer).toBe('keep');
    expect(questions).toHaveLength(2);
    expect(shown).toContain('it asks "Root password:"');
    expect(shown).not.toContain('\x1b[2J');
  });

  it('asks nobody where there is no terminal', () => {
    expect(askOnErrorWith(recordingIo())).toEqual({});
  });
});
