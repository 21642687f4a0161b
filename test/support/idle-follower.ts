import { systemClock } from '../../src/foundation/clock.ts';
import { followSerialLog, type SerialFollower } from '../../src/watch/serial-follower.ts';

/**
 * Follows the quiet file it is given, and prints which share of a processor that took, from 0 to 1. A process of its own: among other tests
 * theirs would be counted as well.
 */
const [, , path = ''] = process.argv;
const MEASURED_MS = 5000;

let follower: SerialFollower | undefined;
await new Promise<void>((resolve, reject) => {
  follower = followSerialLog({ path, clock: systemClock, onUpdate: () => resolve(), onFault: reject });
});
const [before, start] = [process.cpuUsage(), performance.now()];
await new Promise((resolve) => setTimeout(resolve, MEASURED_MS));
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000 / (performance.now() - start));
await follower?.close();
