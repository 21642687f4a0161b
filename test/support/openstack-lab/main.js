/**
 * The lab by hand:
 *
 *   node test/support/openstack-lab/main.js start FOLDER [SERVICE …]     then: export OS_CLIENT_CONFIG_FILE=FOLDER/clouds.yaml OS_CLOUD=lab
 *   node test/support/openstack-lab/main.js stop FOLDER
 */
import { startLab, stopLab } from './lab.js';

const [verb, folder, ...services] = process.argv.slice(2);
if (folder === undefined || (verb !== 'start' && verb !== 'stop')) {
  console.error('usage: main.js start FOLDER [SERVICE …] | main.js stop FOLDER');
  process.exitCode = 2;
} else if (verb === 'stop') {
  console.log(`ended ${await stopLab(folder)} processes`);
} else {
  const chosen = /** @type {import('./lab.d.ts').ServiceName[]} */ (services);
  const lab = await startLab({
    folder,
    ...(chosen.length > 0 ? { services: chosen } : {}),
    say: console.log,
  });
  console.log(`export OS_CLIENT_CONFIG_FILE=${lab.cloudsFile} OS_CLOUD=lab`);
}
