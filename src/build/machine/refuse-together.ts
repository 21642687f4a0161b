import { type HostError, MediaError, SpecError } from '../../foundation/errors.ts';
import { Refusals } from '../../foundation/refusals.ts';
import { isRemoteUri } from '../../libvirt/libvirt-uri.ts';
import type { VirtInstallOptions } from '../../virt-install/virt-install-options.ts';
import type { BuildContext } from '../build-context.ts';
import { connectWord } from '../guest-facts/connection-facts.ts';
import type { MachineRequest } from './machine-request.ts';
import { machineRequestOf } from './machine-request-of.ts';
import { refuseNamedFiles } from './named-files.ts';
import { withUnattendedScript } from './unattended.ts';

/**
 * Looks for everything else that is wrong with a command line that is refused already, without creating anything, so that it need not be
 * found out one by one.
 * @throws SpecError `spec.invalid` in any case
 */
export async function refuseTogether(
  options: VirtInstallOptions,
  refusals: Refusals,
  context: BuildContext,
): Promise<never> {
  const wanted = await refusals.noted('--unattended', () => withUnattendedScript(options, context), options);
  await refusals.noted('Options of Kiln', () => machineRequestOf(wanted, context), undefined);
  // What is only printed may name what is not there yet.
  if (options.values['print-xml'] === undefined) {
    const { connect = context.env.LIBVIRT_DEFAULT_URI ?? '' } = options.values;
    const refuseFiles = (): Promise<void> => refuseNamedFiles(wanted, context.cwd, isRemoteUri(connect));
    await refusals.noted('--disk', refuseFiles, undefined);
  }
  const { printGuest } = await import('../print-guest/print-guest.ts');
  try {
    await printGuest(options, context, refusals);
  } catch (error) {
    if (error instanceof SpecError || error instanceof MediaError) throw error;
    // The host cannot tell more; what is known stands by itself.
    context.logger?.debug(`The rest of the command line could not be checked: ${String(error)}`);
  }
  throw refusals.errorWith('The command line');
}

/** A libvirt that cannot be used, with everything else that is wrong with the line. */
async function refuseLibvirt(
  options: VirtInstallOptions,
  error: HostError,
  context: BuildContext,
): Promise<never> {
  const refusals = new Refusals();
  refusals.note(connectWord(options), error);
  return refuseTogether(options, refusals, context);
}

/** The request of a command line. @throws SpecError `spec.invalid` with what else is wrong with it */
export async function checkedRequest(
  options: VirtInstallOptions,
  context: BuildContext,
): Promise<MachineRequest> {
  try {
    const wanted = await withUnattendedScript(options, context);
    const refuse = (error: HostError): Promise<never> => refuseLibvirt(wanted, error, context);
    return { ...machineRequestOf(wanted, context), refuseLibvirt: refuse };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return refuseTogether(options, new Refusals(), context);
  }
}
