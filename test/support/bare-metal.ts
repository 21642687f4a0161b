import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { PublishScene } from './publish-scene.ts';

const AGENT = join(import.meta.dirname, 'openstack-lab/python/deploy_agent.py');

/** An available node of Ironic's fake hardware. With `direct`, images are really checked and written, by the agent below. */
export async function availableNode(
  scene: PublishScene,
  name: string,
  firmware: 'bios' | 'uefi' = 'uefi',
  deploy: 'direct' | 'fake' = 'direct',
): Promise<string> {
  const interfaces = ['boot', 'power', 'management'].flatMap((kind) => [`--${kind}-interface`, 'fake']);
  const made = (await scene.openstack(
    'lab-admin',
    ...[
      'baremetal',
      'node',
      'create',
      '--driver',
      'fake-hardware',
      '--deploy-interface',
      deploy,
      ...interfaces,
    ],
    ...[
      '--name',
      name,
      '--resource-class',
      `class-${name}`,
      '--driver-info',
      'deploy_forces_oob_reboot=true',
    ],
    ...['--property', `capabilities=boot_mode:${firmware}`, '--property', 'cpu_arch=x86_64'],
  )) as { uuid: string };
  await scene.run(
    'openstack',
    '--os-cloud',
    'lab-admin',
    'baremetal',
    'node',
    'manage',
    '--wait',
    '60',
    made.uuid,
  );
  await scene.run(
    'openstack',
    '--os-cloud',
    'lab-admin',
    'baremetal',
    'node',
    'provide',
    '--wait',
    '60',
    made.uuid,
  );
  return made.uuid;
}

export type Agent = { readonly disk: string; end(): Promise<void> };

/** Waits for the node to be deployed, then does the deploy ramdisk's part. */
export function deployAgent(
  scene: PublishScene,
  node: string,
  options: { readonly fails?: boolean } = {},
): Agent {
  const disk = join(scene.folder, `${node}.disk`);
  const words = [
    '--ironic',
    scene.lab.urls.ironic,
    '--node',
    node,
    '--disk',
    disk,
    ...(options.fails ? ['--fail'] : []),
  ];
  const child: ChildProcess = spawn('/usr/bin/python3', [AGENT, ...words], { stdio: 'inherit' });
  const ended = once(child, 'close');
  return {
    disk,
    end: async () => {
      child.kill();
      await ended;
    },
  };
}

/** Asks an Ironic that wants no login, as no client of its own would here. */
export function askAlone(base: string, method: string, path: string, json?: unknown): Promise<Response> {
  return fetch(`${base}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-openstack-ironic-api-version': '1.80' },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
}

/** An available node of an Ironic without Keystone, whose deployments write nothing. */
export async function availableAlone(base: string, name: string): Promise<void> {
  await askAlone(base, 'POST', '/v1/nodes', { name, driver: 'fake-hardware', deploy_interface: 'fake' });
  const state = async (): Promise<unknown> => {
    const node = (await (await askAlone(base, 'GET', `/v1/nodes/${name}`)).json()) as Record<string, unknown>;
    return node.provision_state;
  };
  for (const [target, reached] of [
    ['manage', 'manageable'],
    ['provide', 'available'],
  ] as const) {
    await askAlone(base, 'PUT', `/v1/nodes/${name}/states/provision`, { target });
    await expect.poll(state, { timeout: 30_000 }).toBe(reached);
  }
}
