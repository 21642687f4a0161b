import { describe, expect, it } from 'vitest';
import { asksForSyslog, withSyslogPort } from '../../../src/build/receive-syslog.ts';
import { canSendLog, type LogQuestion, logArguments, SYSLOG_PORT } from '../../../src/os/log-arguments.ts';

const question: LogQuestion = {
  dialect: 'debian-installer',
  wanted: undefined,
  network: 'user',
  inject: 'initrd',
  extraArgs: [],
};
const to = (port: string): readonly string[] => ['log_host=10.0.2.2', `log_port=${port}`];

describe("arguments that send the installer's log", () => {
  it.each<[string, Partial<LogQuestion>, readonly string[]]>([
    ['debian-installer', {}, to(SYSLOG_PORT)],
    ['Debian with a kickstart file', { dialect: 'kickseed' }, to(SYSLOG_PORT)],
    [
      'a network of a metadata service',
      { inject: 'metadata' },
      ['log_host=169.254.169.2', to(SYSLOG_PORT)[1] ?? ''],
    ],
    ['not wanted', { wanted: false }, []],
    ['no network', { network: 'none' }, []],
    ["the user's own host", { extraArgs: ['quiet', 'log_host=loghost'] }, []],
    ["the user's own port", { extraArgs: ['log_port=514'] }, []],
    ['Anaconda, not asked', { dialect: 'dracut' }, []],
    ['Anaconda, asked', { dialect: 'dracut', wanted: true }, [`inst.syslog=10.0.2.2:${SYSLOG_PORT}`]],
    ['an old Anaconda, asked', { dialect: 'anaconda-old', wanted: true }, [`syslog=10.0.2.2:${SYSLOG_PORT}`]],
    ["the user's inst.syslog", { dialect: 'dracut', wanted: true, extraArgs: ['inst.syslog=box:514'] }, []],
    ['Subiquity', { dialect: 'casper', wanted: true }, []],
    ['an unknown installer', { dialect: undefined, wanted: true }, []],
  ])('%s', (_what, changes, expected) => {
    expect(logArguments({ ...question, ...changes })).toEqual(expected);
  });

  it('are known for two families', () => {
    const all = [
      'debian-installer',
      'kickseed',
      'dracut',
      'anaconda-old',
      'casper',
      'linuxrc',
      'test-installer',
    ] as const;
    expect(all.filter(canSendLog)).toEqual(all.slice(0, 4));
  });

  it('get their port when the build runs; without a receiver they are left out', () => {
    const line = ['auto', ...to(SYSLOG_PORT), 'inst.syslog=10.0.2.2:<syslog-port>'];
    expect(withSyslogPort(line, 4711)).toEqual(['auto', ...to('4711'), 'inst.syslog=10.0.2.2:4711']);
    expect(withSyslogPort(line, undefined)).toEqual(['auto']);
    expect(withSyslogPort(['log_host=loghost'], undefined)).toEqual(['log_host=loghost']);
  });

  it('are of no use where the installer leaves the network alone', () => {
    const line = to(SYSLOG_PORT);
    expect(asksForSyslog(line)).toBe(true);
    expect(asksForSyslog(['netcfg/enable=false', ...line])).toBe(false);
    expect(asksForSyslog(['netcfg/enable=false', 'netcfg/enable=true', ...line])).toBe(true);
    expect(asksForSyslog(['log_host=loghost'])).toBe(false);
  });
});
