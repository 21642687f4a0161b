import { describe, expect, it } from 'vitest';

/** As in timeline-state.test.ts: plain JavaScript for browsers. */
type TabsModule = { tabsOf(story: Story, timeline: { readonly stages: readonly object[] }): string[] };
type Story = {
  readonly build: { readonly status: string; readonly kept: boolean };
  readonly evidence: readonly string[];
};

const path = new URL('../../../page/build-tabs.js', import.meta.url).href;
const { tabsOf } = (await import(path)) as TabsModule; // its JSDoc says so

const BOTH = ['boot-check.serial.log', 'serial.log'];
const ended = { status: 'succeeded', kept: false } as const;
const running = { status: 'running', kept: false } as const;
const boots = (state: 'running' | 'skipped') => ({
  stages: [{ stage: 'boot-check', state, startedAt: 0, phases: [] }],
});

describe('the tabs of a build', () => {
  it('that has ended are those of the consoles it has', () => {
    const tabs = (...evidence: string[]) => tabsOf({ build: ended, evidence }, boots('running'));
    expect(tabs(...BOTH)).toEqual(['console', 'boot-check', 'evidence']);
    expect(tabs('serial.log')).toEqual(['console', 'evidence']);
    expect(tabs('boot-check.serial.log')).toEqual(['boot-check', 'evidence']);
    expect(tabs()).toEqual(['evidence']);
  });

  it('that runs have the boot check from when it begins', () => {
    const story = { build: running, evidence: ['serial.log'] };
    expect(tabsOf(story, { stages: [] })).toEqual(['console', 'screen', 'evidence']);
    expect(tabsOf(story, boots('skipped'))).toEqual(['console', 'screen', 'evidence']);
    expect(tabsOf(story, boots('running'))).toEqual(['console', 'boot-check', 'screen', 'evidence']);
  });

  it('that has kept its guest are those to look at it, though it has said nothing', () => {
    const story = { build: { status: 'failed', kept: true } as const, evidence: [] };
    expect(tabsOf(story, { stages: [] })).toEqual(['console', 'screen', 'evidence']);
  });
});
