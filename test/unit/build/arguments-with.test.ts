import { expect, it } from 'vitest';
import { argumentsWith } from '../../../src/build/receive-syslog.ts';
import { SYSLOG_PORT } from '../../../src/os/log-arguments.ts';

const LOG = ['log_host=10.0.2.2', `log_port=${SYSLOG_PORT}`];

it.each([
  ['nothing from the media', [], ['priority=critical', ...LOG], ['priority=critical', ...LOG]],
  [
    'media that need no network: no log is sent',
    ['netcfg/enable=false'],
    [...LOG, 'quiet'],
    ['netcfg/enable=false', 'quiet'],
  ],
  [
    'the user wants it nevertheless',
    ['netcfg/enable=false'],
    [...LOG, 'netcfg/enable=true'],
    [...LOG, 'netcfg/enable=true'],
  ],
])('the kernel line with %s', (_, media, plan, expected) => {
  expect(argumentsWith(media, plan)).toEqual(expected);
});
