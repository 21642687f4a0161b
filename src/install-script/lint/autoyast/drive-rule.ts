import { nearestWord } from '../../../foundation/nearest-word.ts';
import { allNodes, childrenOf, nodeAt } from '../../../foundation/xml-node.ts';
import type { Hit, LintRule, ScriptOf } from '../lint-rule.ts';
import { isPlaceholder } from '../lint-target.ts';

type Rule = LintRule<ScriptOf<'autoyast'>>;

const USES = ['all', 'free', 'linux'];
const PARTITION_NUMBERS = /^\d+(?:\s*,\s*\d+)*$/;

/** What is to be removed of a drive; yast-storage-ng compares it with these words as it stands. */
const badUse: Rule = {
  id: 'autoyast.bad-use',
  severity: 'warning',
  about: 'a word that <use> of a drive does not take, so that nothing is removed from it',
  check: ({ document: { root } }) =>
    allNodes(nodeAt(root, 'partitioning'))
      .filter(({ name }) => name === 'drive')
      .flatMap((drive) => childrenOf(drive, 'use'))
      .flatMap(({ text, line }): Hit[] => {
        const value = text.trim();
        if (value === '' || isPlaceholder(value) || USES.includes(value) || PARTITION_NUMBERS.test(value))
          return [];
        const message = `<use> does not take "${value}", so YaST removes nothing from the drive and takes what is free`;
        const words = 'all, free, linux, or numbers of partitions such as 1,2';
        return [{ line, message, fix: `write ${nearestWord(value, USES) ?? words}` }];
      }),
};

export const DRIVE_RULES: readonly Rule[] = [badUse];
