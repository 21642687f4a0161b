import { describe, expect, it } from 'vitest';
import { readSyslog } from '../../../src/syslog-server/syslog-message.ts';

describe('a message of a syslog sender', () => {
  it.each([
    ['<30>Nov 21 10:00:01 anna[338]: retrieving', 'info', 'anna[338]: retrieving'],
    ['<11>Nov  1 10:00:01 box anaconda: storage: no', 'err', 'box anaconda: storage: no'],
    ['<0>kernel: oops', 'emerg', 'kernel: oops'],
    ['<191>last', 'debug', 'last'],
    // RFC 3164, 4.3.3: what has no priority is user.notice.
    ['main-menu: hello', 'notice', 'main-menu: hello'],
    ['<30>a\u001b[2Jb\tc', 'info', 'a [2Jb c'],
  ])('%j', (data, severity, text) => {
    expect(readSyslog(data)).toEqual([{ severity, text }]);
  });

  it('ends with its line', () => {
    expect(readSyslog('<30>one\n<28>two\n\n').map(({ text }) => text)).toEqual(['one', 'two']);
    expect(readSyslog('<30>Nov 21 10:00:01 \n')).toEqual([]);
  });
});
