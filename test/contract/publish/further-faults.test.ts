import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/foundation/errors.ts';
import { type FaultScene, faultScene, hasty, isUpload } from '../../support/fault-scene.ts';
import { loseAnswer } from '../../support/stand-in-faults.ts';
import { bodyOf, reply } from '../../support/stand-in-http.ts';

/** What Cinder and Ironic refuse, what they fail at, and what then cannot be taken back. */
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
  truncateSync(join(scene.folder, 'image.raw'), 2 ** 16);
});
afterEach(() => scene.close());

const failure = (target: string) => scene.failureTo(target, {}, { clock: hasty(500) });
const asks = ({ method, url = '' }: IncomingMessage, wanted: string, path: RegExp): boolean =>
  method === wanted && path.test(url);

it('a login that ends for good in mid-upload is told, and the image that stays is named', async () => {
  let isOver = false;
  scene.cloud.fault = async (request, response) => {
    isOver ||= isUpload(request);
    if (!isOver) return false;
    await bodyOf(request);
    return reply(response, 401, { error: { message: 'The request you have made requires authentication.' } });
  };
  const error = await failure('glance:');
  const [id] = scene.cloud.images.keys();
  expect(error).toMatchObject({
    code: 'publish.auth',
    message: expect.stringContaining('requires authentication'),
    details: { orphan: id, cleanUp: expect.stringContaining(`image delete ${id}`) },
  });
});

it.each([
  ['volumes', 413, 'publish.quota', 'VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded'],
  ['volumes', 400, 'publish.rejected', 'Invalid volume type'],
  ['volumes', 403, 'publish.forbidden', 'Policy does not allow volume:create'],
  ['snapshots', 413, 'publish.quota', 'SnapshotLimitExceeded'],
])('Cinder refuses %s with %i: nothing stays', async (kind, status, code, message) => {
  scene.cloud.fault = async (request, response) => {
    if (!asks(request, 'POST', new RegExp(`/${kind}$`))) return false;
    await bodyOf(request);
    return reply(response, status, { overLimit: { message } });
  };
  expect(await failure('cinder:,snapshot')).toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
  expect(scene.cloud.images.size + scene.cloud.cinder.volumes.size).toBe(0);
});

it.each(['cinder:', 'cinder:,snapshot'])('%s that ends in state error is taken back', async (target) => {
  scene.cloud.cinder.settlesAfter = 3;
  scene.cloud.fault = (request) => {
    if (target === 'cinder:' || asks(request, 'POST', /snapshots$/)) scene.cloud.cinder.end = 'error';
    return false;
  };
  expect(await failure(target)).toMatchObject({
    code: 'publish.volume-failed',
    message: expect.stringMatching(/could not make the (volume|snapshot) .* \(state "error"\)/),
  });
  const { volumes, snapshots } = scene.cloud.cinder;
  expect(volumes.size + snapshots.size + scene.cloud.images.size).toBe(0);
});

it('a volume that cannot be taken back is named with the command that does, and so is its image', async () => {
  scene.cloud.cinder.end = 'error';
  scene.cloud.fault = (request, response) =>
    request.method === 'DELETE' && reply(response, 403, { forbidden: { message: 'no' } });
  const error = await failure('cinder:');
  const [id] = scene.cloud.cinder.volumes.keys();
  expect(error).toMatchObject({ code: 'publish.volume-failed' });
  expect(error.message).toContain(`volume delete ${id}\``);
  const [image] = scene.cloud.images.keys();
  expect(error.message).toContain(`image delete ${image}\``);
  scene.cloud.images.clear();
  scene.cloud.cinder.volumes.clear();
});

it('a volume of which nothing was heard is named by what it carries', async () => {
  const stopping = new AbortController();
  let isOver = false;
  scene.cloud.fault = (request, response) => {
    if (asks(request, 'POST', /volumes$/)) {
      isOver = true;
      stopping.abort(new CancelledError('stopped'));
      return loseAnswer(request, response);
    }
    return isOver && request.url?.includes('/volume') === true && reply(response, 503, {});
  };
  const error = await scene.publishTo('cinder:', {}, { clock: hasty(500), signal: stopping.signal }).then(
    () => undefined,
    (thrown: CancelledError) => thrown,
  );
  const [volume] = scene.cloud.cinder.volumes.values();
  const { kiln_request: word } = (volume?.metadata ?? {}) as Record<string, string>;
  expect(error).toMatchObject({ code: 'cancelled', exitCode: 130 });
  expect(error?.message).toContain(`kiln_request=${word}`);
  expect(error?.message).toContain(`volume list --long --name 'image' -f value | awk '/${word}/ {print $1}'`);
});

it('Ctrl-C while the image of a whole volume is removed leaves the volume, and no image', async () => {
  const stopping = new AbortController();
  scene.cloud.fault = (request) => {
    if (asks(request, 'DELETE', /^\/v2\/images/)) stopping.abort(new CancelledError('stopped'));
    return false;
  };
  const published = scene.publishTo('cinder:', {}, { clock: hasty(500), signal: stopping.signal });
  await expect(published).resolves.toMatchObject({ action: 'created' });
  expect(stopping.signal.aborted).toBe(true);
  expect([...scene.cloud.cinder.volumes.values()]).toMatchObject([{ status: 'available', name: 'image' }]);
  expect(scene.cloud.images.size).toBe(0);
});

describe('a deletion that is answered 200 by something else', () => {
  beforeEach(() => {
    scene.cloud.fault = (request, response) => {
      if (request.method !== 'DELETE') return false;
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html>please sign in</html>');
      return true;
    };
  });

  it('leaves the image of a volume, which is named', async () => {
    const { notes } = await scene.publishTo('cinder:', {}, { clock: hasty(500) });
    const [image] = scene.cloud.images.keys();
    expect(notes.join('\n')).toMatch(new RegExp(`${image}.* could not be removed .*image delete ${image}`));
  });

  it('leaves a volume, which is named', async () => {
    scene.cloud.cinder.end = 'error';
    expect(await failure('cinder:')).toMatchObject({ code: 'publish.volume-failed' });
    expect(scene.cloud.cinder.volumes.size).toBe(1);
  });

  it('is not told as done where an image is not whole', async () => {
    const { fault } = scene.cloud;
    scene.cloud.fault = async (request, response) => {
      if (request.method === 'GET')
        for (const image of scene.cloud.images.values())
          if (image.status === 'active') image.os_hash_value = 'f'.repeat(128);
      return (await fault?.(request, response)) === true;
    };
    const error = await failure('glance:');
    expect(error.code).toBe('publish.mismatch');
    expect(error.message).toContain('could not be taken back');
    expect(error.message).not.toContain('was taken back');
  });
});

describe('Ironic', () => {
  const node = () => {
    const { provision_state, instance_info } = scene.cloud.ironic.node;
    return { provision_state, instance_info, images: scene.cloud.images.size };
  };
  const before = { provision_state: 'available', instance_info: { note: 'mine' }, images: 0 };
  beforeEach(() => {
    scene.cloud.ironic.node.instance_info = before.instance_info;
  });

  it.each([
    ['sets', 'PATCH', /nodes/, 409, 'publish.conflict', 'Node n is locked'],
    ['deploys', 'PUT', /provision/, 400, 'publish.rejected', 'can not be performed'],
    ['deploys', 'PUT', /provision/, 403, 'publish.forbidden', 'baremetal:node:set_provision_state'],
  ])(
    'refuses when Kiln %s the node (%s %s %i): it is as it was',
    async (_what, method, path, status, code, words) => {
      let refusals = 0;
      scene.cloud.fault = async (request, response) => {
        if (!asks(request, method, path) || refusals > 0) return false;
        refusals += 1;
        await bodyOf(request);
        return reply(response, status, { error_message: JSON.stringify({ faultstring: words }) });
      };
      expect(await failure('ironic:,node=n,deploy')).toMatchObject({
        code,
        message: expect.stringContaining(words),
      });
      expect(node()).toEqual(before);
    },
  );

  it('tells why a deployment failed, and takes the node back', async () => {
    scene.cloud.ironic.end = 'deploy failed';
    expect(await failure('ironic:,node=n,deploy')).toMatchObject({
      code: 'publish.deploy-failed',
      message: expect.stringContaining('the disk is broken'),
    });
    expect(node()).toEqual(before);
    expect(scene.cloud.ironic.begun).toEqual(['active', 'deleted']);
  });

  it.each(['last_error', 'reason'])('lines in %s are no lines of Kiln', async (field) => {
    const words = 'broken\nError: all is lost\r\u001b[2K.';
    if (field === 'reason') scene.cloud.ironic.validation = { result: false, reason: words };
    else scene.cloud.ironic.end = 'deploy failed';
    scene.cloud.ironic.reason = words;
    const { message } = await failure('ironic:,node=n,deploy');
    expect(message).toContain('broken Error: all is lost');
    expect(message).not.toMatch(/\p{Cc}/u);
  });

  it('tells why a node cannot be deployed, and leaves it as it was', async () => {
    scene.cloud.ironic.validation = { result: false, reason: 'no kernel.' };
    expect(await failure('ironic:,node=n,deploy')).toMatchObject({
      code: 'publish.node-invalid',
      message: expect.stringContaining('no kernel.'),
    });
    expect(node()).toEqual(before);
  });

  describe('that lets nothing be restored', () => {
    const url = 'url=http://images.lan/image.raw';
    const old = { old: 'x y', ramdisk: '12', capabilities: { boot_mode: 'bios' }, image_source: 'former' };
    /** `instance_info` after a command of the client, which takes values that read as JSON for that (python-ironicclient, args_array_to_patch). */
    const restored = (command: string): Record<string, unknown> => {
      const info = new Map(Object.entries(scene.cloud.ironic.node.instance_info as Record<string, unknown>));
      const client = `openstack() { printf '%s\\0' "$@"; }`;
      const words = execFileSync('sh', ['-c', `${client}; ${command}`])
        .toString()
        .split('\0');
      let verb = '';
      for (const [index, word] of words.entries()) {
        if (word === 'set' || word === 'unset') verb = word;
        if (words[index - 1] !== '--instance-info') continue;
        const [key = '', ...rest] = word.split('=');
        if (verb === 'unset') info.delete(key);
        else info.set(key, parsed(rest.join('=')));
      }
      return Object.fromEntries(info);
    };
    const parsed = (text: string): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        return text;
      }
    };
    beforeEach(() => {
      scene.cloud.ironic.node.instance_info = old;
      scene.cloud.ironic.validation = { result: false, reason: 'nope' };
      let patches = 0;
      scene.cloud.fault = (request, response) => {
        if (request.method !== 'PATCH') return false;
        patches += 1;
        return patches > 1 && reply(response, 403, { error_message: 'policy forbids it' });
      };
    });

    it('tells how to restore it, why it could not, and nothing else', async () => {
      const error = await failure(`ironic:,node=n,${url}`);
      expect(error.code).toBe('publish.node-invalid');
      expect(error.message).toContain('nope');
      expect(error.message).not.toContain('as it was');
      expect(error.message).toMatch(/could not be taken back: policy forbids it\./);
      expect(scene.cloud.ironic.node.instance_info).not.toMatchObject(old);
      const { cleanUp } = error.details;
      expect(error.message).toContain(`\`${String(cleanUp)}\``);
      expect(restored(String(cleanUp))).toEqual(old);
    });

    it('says at Ctrl-C how to restore it', async () => {
      const stopping = new AbortController();
      const { fault } = scene.cloud;
      scene.cloud.fault = async (request, response) => {
        if (request.url?.endsWith('/validate')) stopping.abort(new CancelledError('stopped'));
        return (await fault?.(request, response)) === true;
      };
      const change = { clock: hasty(500), signal: stopping.signal };
      const error = await scene.failureTo(`ironic:,node=n,${url}`, {}, change);
      expect(error.code).toBe('cancelled');
      const told = /before, `(.*)` does it/.exec(scene.logged.join('\n'))?.[1] ?? '';
      expect(restored(told)).toEqual(old);
    });
  });

  it.each([
    ['200', '<html>sign in</html>'],
    ['200', 'null'],
  ])('whose request to deploy is answered %s %s by something else', async (_status, body) => {
    scene.cloud.fault = async (request, response) => {
      if (request.method !== 'PUT' || request.url?.endsWith('/provision') !== true) return false;
      await bodyOf(request);
      response.writeHead(200);
      response.end(body);
      return true;
    };
    expect(await failure('ironic:,node=n,deploy')).toMatchObject({
      code: 'publish.service',
      message: expect.stringContaining('Ironic'),
    });
    expect(node()).toEqual(before);
  });

  it('that takes a request and does nothing is told within two minutes', async () => {
    let waited = 0;
    scene.cloud.fault = async (request, response) => {
      if (request.method !== 'PUT' || request.url?.endsWith('/provision') !== true) return false;
      await bodyOf(request);
      return reply(response, 202);
    };
    const clock = {
      ...hasty(500),
      monotonic: () => waited,
      sleep: (ms: number) => {
        waited += ms;
        return new Promise<void>(setImmediate);
      },
    };
    const error = await scene.failureTo('ironic:,node=n,deploy', {}, { clock });
    expect(error).toMatchObject({ code: 'publish.timeout', message: expect.stringContaining('not begun') });
    expect(waited).toBeLessThan(120_000);
    expect(node()).toEqual(before);
  });

  it('a node that cannot be taken back is named with the command that does, and so is its image', async () => {
    scene.cloud.ironic.end = 'deploy failed';
    scene.cloud.fault = async (request, response) => {
      if (scene.cloud.ironic.begun.length === 0 || request.method !== 'PUT') return false;
      await bodyOf(request);
      return reply(response, 403, { error_message: 'no' });
    };
    const error = await failure('ironic:,node=n,deploy');
    const [image] = scene.cloud.images.keys();
    expect(error).toMatchObject({ code: 'publish.deploy-failed', details: { orphan: `n, ${image}` } });
    expect(error.message).toContain(
      'node undeploy n --wait && openstack baremetal node set n --instance-info note=mine',
    );
    expect(error.message).toContain('could not be taken back: no.');
    expect(error.message).toContain(`image delete ${image}`);
  });

  describe('with an image that was sent for it', () => {
    const target = 'ironic:,node=n,deploy';
    const deployFails = () => {
      scene.cloud.ironic.end = 'deploy failed';
    };
    it('leaves an image that was there before', async () => {
      await scene.publish();
      const [there] = scene.cloud.images.keys();
      deployFails();
      await expect(scene.publishTo(target, {}, { clock: hasty(500) })).rejects.toMatchObject({
        code: 'publish.deploy-failed',
        details: expect.not.objectContaining({ orphan: expect.anything() }),
      });
      expect([...scene.cloud.images.keys()]).toEqual([there]);
    });

    it('names an image that has taken the place of another', async () => {
      await scene.publish();
      const [older] = scene.cloud.images.keys();
      writeFileSync(join(scene.folder, 'image.raw'), Buffer.alloc(2 ** 17, 'XFSB'));
      deployFails();
      const error = await scene.publishTo(`${target},replace`, {}, { clock: hasty(500) }).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      const [newer, ...none] = [...scene.cloud.images.keys()].filter((id) => id !== older);
      expect(none).toEqual([]);
      expect(error).toMatchObject({ code: 'publish.deploy-failed', details: { orphan: newer } });
      expect(error?.message).toContain(`image delete ${newer}`);
    });
  });
});
