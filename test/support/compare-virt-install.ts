/**
 * Shows how Kiln's XML of a command line differs from virt-install's: `npm run compare:virt-install -- OPTIONS`. The first word may name a
 * recorded host (kvm, session, tcg); `+` before the options stands for the plainest guest. Ends with 1 when they differ.
 */
import { compareLine, readLine } from './compare-command-line.ts';
import { startVirtInstall } from './run-virt-install.ts';
import { HOSTS } from './virt-install-hosts.ts';

const USAGE = 'npm run compare:virt-install -- [kvm|session|tcg] [+] OPTIONS OF VIRT-INSTALL';

const args = process.argv.slice(2);
if (args.length === 0 || args.some((word) => ['--help', '-h', '--version'].includes(word))) {
  console.log(USAGE);
  process.exit(0);
}
const hasHost = Object.hasOwn(HOSTS, args[0] ?? '');
const line = readLine(hasHost ? args : ['kvm', ...args]);
const virtInstall = startVirtInstall();
const { differences } = await compareLine(line, virtInstall);
await virtInstall.close();
console.log(differences.length === 0 ? 'The same XML.' : '- virt-install, + Kiln');
for (const difference of differences) console.log(difference);
process.exitCode = differences.length === 0 ? 0 : 1;
