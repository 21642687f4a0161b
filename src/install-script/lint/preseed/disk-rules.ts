import type { PreseedAnswer } from '../../preseed-lines.ts';
import { otherDisk } from '../disk-name.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder, type LintTarget } from '../lint-target.ts';
import { quotedWhole } from './quote-rules.ts';

type Rule = LintRule<ScriptOf<'preseed'>>;

const DIVIDED = 'partman-auto/disk';
const BOOTED = 'grub-installer/bootdev';

const PARTITION = /^(\/dev\/(?:(?:sd|hd|vd|xvd)[a-z]+|nvme\d+n\d+(?=p)|mmcblk\d+(?=p)))p?\d+$/;

/** Not the comma of `(hd0,1)`. */
const BETWEEN_NAMES = /[\s,]+(?![^(]*\))/;

type Fault = Omit<Hit, 'line'>;

function missingDisk(name: string, target: LintTarget): Fault | undefined {
  const disk = otherDisk(name, target);
  if (disk === undefined) return undefined;
  const message = `${name} does not exist in the virtual machine, whose disk is /dev/${disk}`;
  return { message, fix: `write /dev/${disk}, or choose another bus for the disk` };
}

/** grub-install takes a partition, and GRUB's own names; partman-auto compares paths of whole disks. */
function otherForm(name: string, question: string, { disk }: LintTarget): Fault | undefined {
  const isBooted = question === BOOTED;
  const whole = PARTITION.exec(name)?.[1];
  if (!isBooted && whole !== undefined)
    return {
      message: `${name} is a partition, and ${DIVIDED} takes whole disks alone`,
      fix: `write ${whole}`,
    };
  if (name === '' || name.startsWith('/') || (isBooted && /^(?:default$|\()/.test(name))) return undefined;
  const path = `/dev/${disk ?? name}`;
  const instead = isBooted ? `${path}, or default` : path;
  return {
    message: `"${name}" is no path of a disk, so debian-installer does not find it`,
    fix: `write ${instead}`,
  };
}

const faultsOf = ({ question, value, lineNumber }: PreseedAnswer, target: LintTarget): readonly Hit[] =>
  value.split(BETWEEN_NAMES).flatMap((name): Hit[] => {
    const fault = missingDisk(name, target) ?? otherForm(name, question, target);
    return fault === undefined ? [] : [{ line: lineNumber, ...fault }];
  });

const diskName: Rule = {
  id: 'preseed.disk-name',
  severity: 'error',
  about: 'a disk the virtual machine does not have, or that is not named by its path',
  check: ({ answers }, target) =>
    answers
      .filter(({ question }) => [DIVIDED, BOOTED].includes(question))
      .filter(({ value }) => !isPlaceholder(value) && quotedWhole(value) === undefined)
      .flatMap((answer) => faultsOf(answer, target)),
};

export const DISK_RULES: readonly Rule[] = [diskName];
