import { resolve } from 'node:path';
import { HostError, KilnError, PublishError, SpecError, specErrorOf } from '../foundation/errors.ts';
import { requireSpace } from '../host/free-space.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { demandOf, expectedImage } from '../publish/demand.ts';
import { glanceSettings } from '../publish/glance/glance-settings.ts';
import type { ServiceType } from '../publish/openstack/catalog.ts';
import { requirePlanned } from '../publish/planned-output.ts';
import { numbered, type PublishTarget, type TargetKind, targetName } from '../publish/publish-target.ts';
import { targetValues } from '../publish/target-values.ts';
import type { BuildRun } from './build-context.ts';

/** What of a plan says where its images go and what they are. */
export type Published = Pick<BuildPlan, 'publish' | 'outputs'> & {
  readonly disk: Partial<Pick<BuildPlan['disk'], 'sizeBytes'>>;
};

/**
 * Refuses what could not be published by the plan alone; no service is asked.
 * @throws SpecError `options.invalid`, `publish.no-image` naming the target, `spec.invalid` with those of several
 */
export function refuseTargets({ publish: targets = [], outputs, disk }: Published): void {
  const names = numbered(targets.map(targetName));
  const refused = targets.flatMap((target, index) => {
    try {
      requirePlanned(target, outputs, disk.sizeBytes);
      return [];
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      return [{ target, error, where: `--publish ${names[index]}` }];
    }
  });
  const [only, another] = refused;
  if (only === undefined) return;
  if (another === undefined) throw ofTarget(only.target, only.error);
  throw specErrorOf(
    'What is to be published',
    refused.map(({ where, error }) => ({ where, problem: error.message })),
  );
}

/**
 * Whether publishing would get as far as sending, before anything is installed: options, credentials, endpoints, rights as far as services tell
 * them, what is named (store, volume type, zone, node, folder), and room for what is known of the image by then.
 * @throws SpecError as `refuseTargets`; HostError `host.no-permission`, PublishError
 */
export async function checkTargets(
  plan: Published,
  run: BuildRun,
  progress: (detail: string) => void,
): Promise<void> {
  refuseTargets(plan);
  for (const target of plan.publish ?? [])
    await checkTarget(target, plan, run, progress).catch((error: unknown) => {
      throw error instanceof KilnError ? ofTarget(target, error) : error;
    });
}

async function checkTarget(
  target: PublishTarget,
  { outputs, disk }: Published,
  { context, clock, logger, signal }: BuildRun,
  progress: (detail: string) => void,
): Promise<void> {
  if (target.kind === 'http') await requireSpace(resolve(context.cwd, target.where), 0, targetName(target));
  const services = servicesOf(target);
  if (services.length === 0) return;
  progress(targetName(target));
  // With the client of the services, which most builds do without.
  const { checkCloud } = await import('../publish/check-target.ts');
  const demand = demandOf(target, expectedImage(target, outputs, disk.sizeBytes));
  const around = { env: context.env, cwd: context.cwd, clock, logger, signal };
  const choice = { ...glanceSettings(target), sayWhich: `--publish ${target.kind}:CLOUD` };
  await checkCloud(choice, services, around, demand);
}

/** Options with a login in them are not repeated, so the name alone. */
const wordOf = (target: PublishTarget): string => `--publish ${targetName(target)}`;

/** Of several targets the message says which one it is about; what ends a build otherwise, such as Ctrl-C, goes on as it is. */
function ofTarget(target: PublishTarget, error: KilnError): KilnError {
  const Kind = [SpecError, HostError, PublishError].find((one) => error instanceof one);
  if (Kind === undefined) return error;
  const details = { ...error.details, target: targetName(target) };
  return new Kind(error.code, `${wordOf(target)}: ${error.message}`, { cause: error.cause, details });
}

/** An image that is at an address already, or an Ironic that stands alone, needs no Glance. */
function servicesOf(target: PublishTarget): readonly ServiceType[] {
  const needed: Readonly<Record<TargetKind, readonly ServiceType[]>> = {
    glance: ['image'],
    cinder: ['image', 'block-storage'],
    ironic: targetValues(target).text('url') === undefined ? ['image', 'baremetal'] : ['baremetal'],
    http: [],
  };
  return needed[target.kind];
}
