import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Clock, systemClock } from '../../src/foundation/clock.ts';
import type { KilnError } from '../../src/foundation/errors.ts';
import type { Publication, PublishContext } from '../../src/publish/publication.ts';
import { publishImage } from '../../src/publish/publish-image.ts';
import { type StandInCloud, standInCloud } from './stand-in-cloud.ts';
import { readTargetWord } from './target-word.ts';

const PASSWORD = 'a-very-secret-word';
export const IMAGE_SIZE = 3 * 2 ** 20;

/** A stand-in cloud that can fail, and one image to publish to it. */
export type FaultScene = {
  readonly cloud: StandInCloud;
  readonly folder: string;
  /** What a publication may look at and change, around the stand-in's credentials. */
  context(env?: Record<string, string>, change?: Partial<PublishContext>): PublishContext;
  publish(env?: Record<string, string>, change?: Partial<PublishContext>): Promise<Publication>;
  publishTo(
    target: string,
    env?: Record<string, string>,
    change?: Partial<PublishContext>,
  ): Promise<Publication>;
  /** The error of a publication that must fail; neither it nor the log tells a secret, and what it leaves it names. */
  failure(env?: Record<string, string>, change?: Partial<PublishContext>): Promise<KilnError>;
  failureTo(
    target: string,
    env?: Record<string, string>,
    change?: Partial<PublishContext>,
  ): Promise<KilnError>;
  /** Does something for the first few uploads. */
  uploadsFail(times: number, what: NonNullable<StandInCloud['fault']>): void;
  readonly logged: readonly string[];
  close(): Promise<void>;
};

/** These publications wait for much; here a second is shorter. */
export const hasty = (haste: number): Clock => ({
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic() * haste,
  sleep: (ms, signal) => systemClock.sleep(ms / haste, signal),
});
export const isUpload = ({
  method,
  url,
}: {
  method?: string | undefined;
  url?: string | undefined;
}): boolean => method === 'PUT' && url?.endsWith('/file') === true;

export async function faultScene(): Promise<FaultScene> {
  const cloud = await standInCloud();
  const folder = mkdtempSync(join(tmpdir(), 'kiln-faults-'));
  // As XFS begins: a raw image without any file system is refused.
  writeFileSync(join(folder, 'image.raw'), Buffer.alloc(IMAGE_SIZE, 'XFSB'));
  const logged: string[] = [];
  const log = (text: string): void => void logged.push(text);
  const context: FaultScene['context'] = (env = {}, change = {}) => ({
    env: {
      OS_AUTH_URL: `${cloud.url}/v3`,
      OS_USERNAME: 'u',
      OS_PASSWORD: PASSWORD,
      OS_PROJECT_NAME: 'p',
      ...env,
    },
    cwd: folder,
    clock: hasty(20),
    logger: { debug: log, info: log, warn: log },
    signal: new AbortController().signal,
    dryRun: false,
    onProgress: () => {},
    ...change,
  });
  const publishTo: FaultScene['publishTo'] = (target, ...how) =>
    publishImage('image.raw', readTargetWord(target), context(...how));
  const failureTo: FaultScene['failureTo'] = async (...how) => {
    const thrown = await publishTo(...how).then(
      () => {
        throw new Error('it was published');
      },
      (error: KilnError) => error,
    );
    expect(JSON.stringify([thrown.message, thrown.details, logged])).not.toContain(PASSWORD);
    for (const { token } of cloud.requests)
      if (token) expect(JSON.stringify([thrown.message, logged])).not.toContain(token);
    if (thrown.code?.startsWith('publish.')) expect(thrown.exitCode).toBe(7);
    const { images, cinder } = cloud;
    const left = [...images.values(), ...cinder.volumes.values(), ...cinder.snapshots.values()];
    const isNamed = ({ id, name }: (typeof left)[number]): boolean =>
      thrown.message.includes(id) || thrown.message.includes(`'${String(name)}'`);
    expect(left.filter((one) => !isNamed(one))).toEqual([]);
    return thrown;
  };
  return {
    cloud,
    folder,
    logged,
    context,
    publishTo,
    publish: (...how) => publishTo('glance:', ...how),
    failureTo,
    failure: (...how) => failureTo('glance:', ...how),
    uploadsFail: (times, what) => {
      let left = times;
      cloud.fault = (request, response) => {
        if (!isUpload(request) || left === 0) return false;
        left -= 1;
        return what(request, response);
      };
    },
    close: async () => {
      await cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
