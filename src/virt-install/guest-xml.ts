import { type Problem, specErrorOf } from '../foundation/errors.ts';
import { Refusals } from '../foundation/refusals.ts';
import { cloneNode, writeXml, type XmlNode } from '../foundation/xml-node.ts';
import { dropEmptyDevices, newGuest, takeOptions, takeXmlChanges, tidy } from './guest/build-guest.ts';
import { checkDomain } from './guest/check-domain.ts';
import { fillDefaults, fillFromOs } from './guest/defaults.ts';
import { followSources, sourcesOf } from './guest/follow-sources.ts';
import { type Guest, read } from './guest/guest.ts';
import type { GuestFacts } from './guest/guest-facts.ts';
import { chooseHypervisor } from './guest/hypervisor.ts';
import {
  addCloudInitDrive,
  alterForGood,
  alterForInstall,
  hasTwoPhases,
  type InstallMedia,
  prepareMedia,
} from './guest/install-phases.ts';
import { nameGuest, nameProblems } from './guest/name-guest.ts';
import { requireOptions } from './guest/required-options.ts';
import { summaryOf, type VirtInstallSummary } from './guest/summary.ts';
import { applyXmlChange, bindPrefixes, createdNames } from './guest/xml-change.ts';
import { type InstallMethod, installMethod } from './install-method.ts';
import { COMPLEX_OPTIONS } from './options/all-options.ts';
import { serveBootProgram } from './serve-boot-program.ts';
import type { VirtInstallOptions } from './virt-install-options.ts';

/** The domain of a command line: as it runs the installation, where there is one, and as it stays. */
export type GuestXml = {
  readonly install?: XmlNode;
  readonly final: XmlNode;
  readonly summary: VirtInstallSummary;
  readonly warnings: readonly string[];
};

/** Taken before the others: what runs the guest and how it boots decides much of the rest. */
const EARLY = ['metadata', 'boot'];
const LATE = COMPLEX_OPTIONS.filter(({ name, place }) => place !== '' && !EARLY.includes(name)).map(
  ({ name }) => name,
);

/**
 * The XML that virt-install 4.1 makes of the same options with the same facts, in both phases.
 * @param refusals what is wrong already, told together with what is found here
 * @throws SpecError `spec.invalid` with every problem at once
 */
export function guestXml(
  options: VirtInstallOptions,
  facts: GuestFacts,
  refusals = new Refusals(),
): GuestXml {
  const method = installMethod(options);
  const chosen = chooseHypervisor(options, facts.host, facts.os, facts.connection);
  const guest = newGuest(options, facts, chosen.hypervisor);
  guest.problems.push(...refusals.problems, ...chosen.problems);
  nameGuest(guest);
  takeOptions(guest, LATE);
  takeXmlChanges(guest);
  fillFromOs(guest);
  const media = prepareMedia(guest, method);
  fillDefaults(guest);
  dropEmptyDevices(guest);
  checkDomain(guest);
  requireOptions(guest, method);
  const { problems, warnings } = guest;
  if (problems.length === 0) return { ...phasesOf(guest, method, media), warnings };
  const known = refusals.problems;
  const found = problems.slice(known.length).filter((one) => !known.some(({ where }) => where === one.where));
  throw refusals.errorWith('The command line', found);
}

/** Raw changes are made to the complete XML, before the two phases part. */
function phasesOf(guest: Guest, method: InstallMethod, media: InstallMedia): Omit<GuestXml, 'warnings'> {
  tidy(guest.root);
  changeByHand(guest);
  const created = createdNames(
    guest.changes.flatMap(({ node, change }) => (node === guest.root ? [change] : [])),
  );
  tidy(guest.root, created);
  const cloudInit = addCloudInitDrive(guest, method);
  const all = { ...media, ...(cloudInit === undefined ? {} : { cloudInit }) };
  const { facts } = guest;
  const summary = summaryOf(guest, method, Object.values(all));
  if (!hasTwoPhases(method)) return { final: guest.root, summary };
  const install = cloneNode(guest.root);
  alterForInstall({ ...guest, root: install }, method);
  tidy(install, created);
  if (facts.bootProgram !== undefined) serveBootProgram(install, facts.bootProgram);
  alterForGood(guest, all);
  return { install, final: guest.root, summary };
}

/** @throws SpecError `spec.invalid` with all that cannot be done to this XML */
function changeByHand(guest: Guest): void {
  const problems = guest.changes.flatMap(({ where, node, change }) => {
    const before = sourcesOf(guest);
    const problem = applyXmlChange(node, change);
    followSources(guest, before, where);
    return problem === undefined ? [] : [{ where, problem }];
  });
  problems.push(...nameByHand(guest));
  if (problems.length > 0) throw specErrorOf('The command line', problems);
  bindPrefixes(guest.root);
}

function nameByHand({ root, changes }: Guest): Problem[] {
  const last = changes.findLast(({ node, change }) => node === root && change.path.steps[0]?.name === 'name');
  if (last === undefined) return [];
  return nameProblems(read(root, './name') ?? '').map((problem) => ({ where: last.where, problem }));
}

/** The document as text, as `--print-xml` shows it. */
export const xmlText = (node: XmlNode): string => writeXml(node);
