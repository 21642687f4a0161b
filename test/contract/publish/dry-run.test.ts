import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultScene, faultScene } from '../../support/fault-scene.ts';
import { reply } from '../../support/stand-in-http.ts';

/** A dry run asks the services, changes nothing, and says what the publication then does. */
let scene: FaultScene;
beforeEach(async () => {
  scene = await faultScene();
});
afterEach(() => scene.close());

const DRY = { dryRun: true };
const path = () => join(scene.folder, 'image.raw');
const sum = () => createHash('sha512').update(readFileSync(path())).digest('hex');
const everything = () =>
  JSON.stringify([
    [...scene.cloud.images.values()],
    [...scene.cloud.cinder.volumes.values()],
    scene.cloud.ironic.node,
  ]);

/** What a dry run says, and whether it has left all as it was. */
async function dry(target: string, env: Record<string, string> = {}) {
  const before = everything();
  scene.cloud.requests.length = 0;
  const publication = await scene.publishTo(target, env, DRY);
  expect(everything()).toBe(before);
  // A request to create what is there already tells whether one may create.
  const asks = /^GET|auth\/tokens|^POST \/v2\/images$/;
  expect(scene.cloud.requests.filter(({ line }) => !asks.test(line))).toEqual([]);
  return publication;
}

/** Another content under the same name. */
const change = (text: string) => writeFileSync(path(), Buffer.alloc(2 ** 16, `XFSB${text}`));

describe('glance', () => {
  it.each([
    ['cannot be reached', 'glance:', { OS_AUTH_URL: 'http://127.0.0.1:1/v3' }, 'publish.network'],
    ['has not that store', 'glance:,store=nosuch', {}, 'publish.not-offered'],
    ['has not that import method', 'glance:,import=glance-direct', {}, 'publish.not-offered'],
  ])('a cloud that %s', async (_what, target, env, code) => {
    scene.cloud.fault = (request, response) =>
      request.url === '/v2/info/stores'
        ? reply(response, 200, { stores: [{ id: 'file' }] })
        : request.url === '/v2/info/import' &&
          reply(response, 200, { 'import-methods': { value: ['web-download'] } });
    await expect(dry(target, env)).rejects.toMatchObject({ code, exitCode: 7 });
  });

  it('a visibility that this user may not give', async () => {
    await scene.publish();
    scene.cloud.forbids = ['public'];
    await expect(dry('glance:,name=other,visibility=public')).rejects.toMatchObject({
      code: 'publish.forbidden',
      exitCode: 7,
    });
    await expect(dry('glance:,name=other')).resolves.toMatchObject({ action: 'planned' });
  });

  it('a name that is taken', async () => {
    const first = await scene.publish();
    change('other');
    await expect(dry('glance:')).rejects.toMatchObject({
      code: 'publish.name-taken',
      message: expect.stringContaining(String(first.id)),
    });
  });

  it('an image that is there already, as wanted and otherwise', async () => {
    const first = await scene.publish();
    await expect(dry('glance:')).resolves.toMatchObject({ action: 'unchanged', id: first.id });
    const again = await dry('glance:,tag=x,visibility=public');
    expect(again).toMatchObject({ action: 'planned', id: first.id });
    expect(again.notes).toEqual(
      expect.arrayContaining([
        `there already: image ${first.id}`,
        'visibility: private → public',
        'tags: none → x',
      ]),
    );
    expect(again.commands).toEqual([`openstack image set --public --tag x ${first.id}`]);
  });

  it('a property that is emptied, which is not gone', async () => {
    const first = await scene.publishTo('glance:,property=os_distro=debian');
    const target = 'glance:,property=os_distro=';
    const { notes } = await dry(target);
    expect(notes).toContain('os_distro: debian → ""');
    expect((await scene.publishTo(target)).notes).toContain('os_distro: debian → ""');
    expect(scene.cloud.images.get(String(first.id))).toHaveProperty('os_distro', '');
  });

  it('a store and an import, for which another client has words', async () => {
    scene.cloud.fault = (request, response) =>
      request.url === '/v2/info/stores'
        ? reply(response, 200, { stores: [{ id: 'fast' }] })
        : request.url === '/v2/info/import' &&
          reply(response, 200, { 'import-methods': { value: ['web-download'] } });
    const stored = await dry('glance:,store=fast');
    expect(stored.commands[0]).not.toContain('--file');
    expect(stored.commands[0]).toMatch(/^glance image-create --id [0-9a-f-]{36} --name image .* <&-$/);
    expect(stored.commands[1]).toMatch(
      new RegExp(`^glance image-upload --file ${path()} --store fast [0-9a-f-]{36}$`),
    );
    const fetched = await dry('glance:,import=web-download=http://h/x');
    expect(fetched.commands[1]).toMatch(
      /^glance image-import --import-method web-download --uri http:\/\/h\/x /,
    );
    expect(fetched.notes.at(-1)).toContain('OS_*');
  });

  it('what is created, shared and protected', async () => {
    const { commands } = await dry('glance:,member=one,protected,tag=x,min-ram=512,preset=ironic');
    const id = /--id (\S+)/.exec(commands[0] ?? '')?.[1] ?? 'none';
    expect(commands).toEqual([
      `openstack image create --id ${id} --file ${path()} --property img_type=whole-disk --disk-format raw --container-format bare --shared --tag x --min-disk 1 --min-ram 512 image`,
      `openstack image set --protected --property kiln_sha512=${sum()} ${id}`,
      `openstack image add project ${id} one`,
    ]);
  });

  it.each([
    ['rename', (id: string, name: string) => `image set --name '${name}' ${id}`, 'renamed to'],
    ['hide', (id: string, name: string) => `image set --name '${name}' --hidden ${id}`, 'hidden as'],
    ['delete', (id: string) => `image delete ${id}`, 'deleted'],
  ])('what becomes of the older one: %s', async (action, command, words) => {
    const first = await scene.publish();
    const older = scene.cloud.images.get(String(first.id));
    change('other');
    const target = `glance:,replace=${action}`;
    const planned = await dry(target);
    const id = /--id (\S+)/.exec(planned.commands[0] ?? '')?.[1] ?? 'none';
    const aside = `image (${older?.created_at})`;
    expect(planned.commands[0]).toMatch(/ 'image \(being published\)'$/);
    expect(planned.commands.slice(1)).toEqual([
      `openstack image set --name image --property kiln_sha512=${sum()} ${id}`,
      `openstack ${command(String(first.id), aside)}`,
    ]);
    const note = planned.notes.find((one) => one.startsWith('older image'));
    expect(note).toContain(`${first.id}: would be ${words}`);
    const done = await scene.publishTo(target);
    expect(done.notes).toEqual([note?.replace('would be ', '')]);
  });

  it('one that stays since it is protected', async () => {
    const first = await scene.publishTo('glance:,protected');
    change('other');
    const { notes, commands } = await dry('glance:,replace=delete');
    expect(notes.at(-1)).toMatch(/would be renamed to .*, not deleted: it is protected$/);
    expect(commands.at(-1)).toMatch(new RegExp(`image set --name .* ${first.id}$`));
  });
});

/** What the stand-in is told when something is made, which may be gone at the end. */
function created(things: Map<string, Record<string, unknown>>): Record<string, unknown>[] {
  const seen: Record<string, unknown>[] = [];
  const set = things.set.bind(things);
  things.set = (id, thing) => {
    seen.push({ ...thing });
    return set(id, thing);
  };
  return seen;
}

const idIn = (command: string | undefined): string => /--id (\S+)/.exec(command ?? '')?.[1] ?? 'none';

describe('cinder', () => {
  const target = 'cinder:,name=vol,snapshot,type=lab,property=mine=1';

  it('sends an image under its own name, makes volume and snapshot, and removes the image', async () => {
    const { commands } = await dry(target);
    const id = idIn(commands[0]);
    const client = 'openstack';
    expect(commands).toEqual([
      `${client} image create --id ${id} --file ${path()} --property mine=1 --disk-format raw --container-format bare --private --min-disk 1 --min-ram 0 'vol (for a volume)'`,
      `${client} image set --property kiln_sha512=${sum()} ${id}`,
      `${client} volume create --image ${id} --size 1 --type lab --property kiln_sha512=${sum()} vol`,
      `${client} volume snapshot create --volume vol --force --property kiln_sha512=${sum()} vol`,
      `${client} image delete ${id}`,
    ]);
    const sent = created(scene.cloud.images);
    await scene.publishTo(target);
    expect(sent).toMatchObject([{ name: 'vol (for a volume)', mine: '1', visibility: 'private' }]);
    const [volume] = [...scene.cloud.cinder.volumes.values()];
    expect(volume).toMatchObject({ volume_type: 'lab', size: 1, metadata: { kiln_sha512: sum() } });
    expect(scene.cloud.images.size).toBe(0);
    await expect(dry(target)).resolves.toMatchObject({ action: 'unchanged', id: volume?.id });
  });

  it('another volume of that name is in the way, or is renamed', async () => {
    const first = await scene.publishTo('cinder:,name=vol');
    change('other');
    for (const target of ['cinder:,name=vol', 'cinder:,name=vol,replace=false'])
      await expect(dry(target), target).rejects.toMatchObject({ code: 'publish.name-taken' });
    const { commands } = await dry('cinder:,name=vol,replace');
    expect(commands.at(-1)).toMatch(new RegExp(`volume set --name 'vol \\(before .*\\)' ${first.id}$`));
  });

  it('the snapshot of an older volume is renamed with it', async () => {
    await scene.publishTo('cinder:,name=vol,snapshot');
    const { volumes, snapshots } = scene.cloud.cinder;
    const [[older = ''], [snapshot = '']] = [[...volumes.keys()], [...snapshots.keys()]];
    snapshots.set('by-hand', {
      id: 'by-hand',
      status: 'available',
      volume_id: older,
      name: 'mine',
      metadata: {},
    });
    change('other');
    const { commands, notes } = await dry('cinder:,name=vol,replace,snapshot');
    const aside = 'vol \\(before [^"]*\\)';
    expect(commands.slice(-2)).toEqual([
      expect.stringMatching(new RegExp(`volume snapshot set --name '${aside}' ${snapshot}$`)),
      expect.stringMatching(new RegExp(`volume set --name '${aside}' ${older}$`)),
    ]);
    expect(notes.join('\n')).toMatch(
      new RegExp(`snapshot ${snapshot} of an older volume: would be renamed to "${aside}"`),
    );
    const { notes: told } = await scene.publishTo('cinder:,name=vol,replace,snapshot');
    expect(told.join('\n')).toMatch(
      new RegExp(`snapshot ${snapshot} of an older volume: renamed to "${aside}"`),
    );
    expect(snapshots.get(snapshot)?.name).toMatch(new RegExp(`^${aside}$`));
    expect([...snapshots.values()].map(({ name }) => name).sort()).toEqual([
      'mine',
      'vol',
      snapshots.get(snapshot)?.name,
    ]);
    expect(volumes.get(older)?.name).toBe(snapshots.get(snapshot)?.name);
  });

  it('an image that is in Glance is neither sent nor removed', async () => {
    const image = await scene.publish();
    const { commands } = await dry('cinder:,name=image');
    expect(commands).toEqual([
      `openstack volume create --image ${image.id} --size 1 --property kiln_sha512=${sum()} image`,
    ]);
  });
});

describe('ironic', () => {
  it('creates the image and points the node at it', async () => {
    Object.assign(scene.cloud.ironic.node, { instance_info: { kernel: 'old' } });
    const { commands } = await dry('ironic:,node=n,deploy,root-gb=3');
    const id = idIn(commands[0]);
    expect(commands[0]).toMatch(/ image create .* --property img_type=whole-disk .* image$/);
    expect(commands.slice(2)).toEqual(
      [
        'unset n --instance-info kernel',
        `set n --instance-info image_source=${id} --instance-info root_gb=3`,
        'validate n',
        'deploy n',
      ].map((words) => `openstack baremetal node ${words}`),
    );
    await scene.publishTo('ironic:,node=n,deploy,root-gb=3');
    const [image] = [...scene.cloud.images.values()];
    expect(scene.cloud.ironic.node.instance_info).toEqual({ image_source: image?.id, root_gb: 3 });
    const again = await dry('ironic:,node=n,deploy,root-gb=3');
    expect(again).toMatchObject({ action: 'unchanged', commands: [] });
  });

  it('a node that takes no image now', async () => {
    Object.assign(scene.cloud.ironic.node, { provision_state: 'active' });
    await expect(dry('ironic:,node=n')).rejects.toMatchObject({ code: 'publish.node-not-ready' });
  });

  it('a disk without a kernel, of which a partition image is wanted', async () => {
    const error = await scene.failureTo('ironic:,node=n,partition-image', {}, DRY);
    const done = await scene.failureTo('ironic:,node=n,partition-image');
    expect([error.code, error.exitCode]).toEqual([done.code, done.exitCode]);
    expect(done.code).toMatch(/^disk\./);
  });
});
