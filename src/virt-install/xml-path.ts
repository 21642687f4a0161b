import { allNodes, type XmlNode, xmlNode } from '../foundation/xml-node.ts';

/**
 * A place in a document: the part of XPath that virt-install's options need. Steps are names with an optional number (`disk[2]`,
 * counted from 1, or `disk[last()]`) or attribute (`source[@mode='bind']`, `disk[target/@dev='vda']`); the last may be an attribute
 * (`@cache`). `//` before a name means any depth.
 */
export type XmlPath = { readonly steps: readonly PathStep[]; readonly attribute?: string };

type PathStep = {
  readonly name: string;
  readonly number?: number | 'last';
  readonly condition?: Condition;
  /** Below the place so far, at any depth. */
  readonly anywhere?: true;
};

/** `below`: the elements that lead from the step's own to the one that has the attribute. */
type Condition = {
  readonly below: readonly string[];
  readonly attribute: string;
  readonly value: string;
};

/** A name as XML has them (Namespaces in XML 1.0, "QName"), of ASCII letters. */
const NAME = '[A-Za-z_][\\w.-]*(?::[A-Za-z_][\\w.-]*)?';
const STEP = new RegExp(
  `^(${NAME}|\\*)(?:\\[(?:(\\d+|last\\(\\))|((?:${NAME}/)*)@(${NAME})\\s*=\\s*(?:'([^']*)'|"([^"]*)"))\\])?$`,
);
const ATTRIBUTE = new RegExp(`^@(${NAME})$`);

/**
 * Undefined for what is not such a path. `.` and `..` are resolved; a path may begin at the root (`/domain/cpu`, `domain/cpu`) or anywhere
 * below it (`//graphics`).
 */
export function parseXmlPath(text: string, rootName = 'domain'): XmlPath | undefined {
  const isAbsolute = /^\/[^/]/.test(text);
  const inner = isAbsolute ? text.slice(1) : text;
  const parts = splitSteps(inner);
  // A bracket that is not closed, or a step without a name.
  if (parts.map(({ slashes, step }) => slashes + step).join('') !== inner) return undefined;
  const isRoot = parts[0]?.slashes === '' && parts[0].step === rootName;
  if (isAbsolute && !isRoot) return undefined;
  if (isRoot) parts.shift();
  const steps: PathStep[] = [];
  for (const [index, { slashes, step: part }] of parts.entries()) {
    const anywhere = slashes === '//';
    if (!anywhere && part === '.') continue;
    if (!anywhere && part === '..') {
      // There is nothing above the root, and what is above a step at any depth is not known yet.
      const last = steps.pop();
      if (last === undefined || last.anywhere) return undefined;
      continue;
    }
    if (!anywhere && part.startsWith('@')) {
      const attribute = ATTRIBUTE.exec(part)?.[1];
      return attribute !== undefined && index === parts.length - 1 ? { steps, attribute } : undefined;
    }
    const step = parseStep(part);
    if (step === undefined) return undefined;
    steps.push(anywhere ? { ...step, anywhere } : step);
  }
  return { steps };
}

/** Slashes inside brackets belong to a condition. */
function splitSteps(text: string): { slashes: string; step: string }[] {
  const found = text.matchAll(/(^|^\/\/|\/\/?)((?:[^/[]|\[[^\]]*\])+)/g);
  return [...found].map(([, slashes = '', step = '']) => ({ slashes, step }));
}

function parseStep(part: string): PathStep | undefined {
  const match = STEP.exec(part);
  if (match === null) return undefined;
  const [, name = '', number, below = '', attribute, single, double] = match;
  if (number !== undefined) return { name, number: number === 'last()' ? 'last' : Number(number) };
  if (attribute === undefined) return { name };
  const value = single ?? double ?? '';
  return { name, condition: { below: below.split('/').slice(0, -1), attribute, value } };
}

const matches = (node: XmlNode, { name, condition }: PathStep): boolean =>
  (name === '*' || node.name === name) && (condition === undefined || holds(node, condition));

function holds(node: XmlNode, { below: [name, ...below], attribute, value }: Condition): boolean {
  if (name === undefined) return node.attributes.get(attribute) === value;
  return node.children.some((child) => child.name === name && holds(child, { below, attribute, value }));
}

function findChild(node: XmlNode, step: PathStep): XmlNode | undefined {
  if (step.anywhere === undefined) return numbered(node, step);
  // Numbers count the children of one element, and the first in the text is meant.
  const found = new Set(allNodes(node).map((parent) => numbered(parent, step)));
  return allNodes(node).find((one) => found.has(one));
}

function numbered(parent: XmlNode, step: PathStep): XmlNode | undefined {
  const { number = 1 } = step;
  return parent.children.filter((child) => matches(child, step)).at(number === 'last' ? -1 : number - 1);
}

/** Whether only what is there already can be meant: there is no telling what to make. */
const isVague = ({ name, anywhere, condition }: PathStep): boolean =>
  name === '*' || anywhere === true || (condition?.below.length ?? 0) > 0;

/** Whether what the path leads to is there or can be made. */
export function canBeMade(root: XmlNode, { steps }: XmlPath): boolean {
  let node: XmlNode | undefined = root;
  return steps.every((step) => {
    node = node && findChild(node, step);
    return node !== undefined || !isVague(step);
  });
}

/** The element the path leads to (for an attribute: the one that would have it). */
export function findNode(root: XmlNode, path: XmlPath): XmlNode | undefined {
  let node: XmlNode | undefined = root;
  for (const step of path.steps) node = node && findChild(node, step);
  return node;
}

export function getValue(root: XmlNode, path: XmlPath): string | undefined {
  const node = findNode(root, path);
  return path.attribute === undefined ? node?.text : node?.attributes.get(path.attribute);
}

/**
 * What is made for a step with a number when there are fewer elements. `all`: those before it too, so that all that is said of the second
 * of `--cpu cell1.…` ends in one element. `one`: a single one, whatever its number, as virt-install's `--xml` does.
 */
export type MissingSteps = 'all' | 'one';

/** The element at the path, with those missing on the way made: `entry[@name='x']` is made with its attribute. */
export function makeNode(root: XmlNode, path: XmlPath, missing: MissingSteps = 'all'): XmlNode {
  let node = root;
  for (const step of path.steps) {
    let found = findChild(node, step);
    while (found === undefined) {
      const made = addStep(node, step);
      found = missing === 'one' ? made : findChild(node, step);
    }
    node = found;
  }
  return node;
}

function addStep(parent: XmlNode, { name, condition }: PathStep): XmlNode {
  const made = xmlNode(name, condition ? { [condition.attribute]: condition.value } : {});
  parent.children.push(made);
  parent.text = '';
  return made;
}

/** Text replaces an element's children, as it does in libxml2. */
export function setValue(root: XmlNode, path: XmlPath, value: string, missing: MissingSteps = 'all'): void {
  const node = makeNode(root, path, missing);
  if (path.attribute !== undefined) node.attributes.set(path.attribute, value);
  else {
    node.children = [];
    node.text = value;
  }
}

/** Removes the element or attribute; elements above stay. */
export function removeAt(root: XmlNode, path: XmlPath): void {
  const node = findNode(root, path);
  if (node === undefined) return;
  if (path.attribute !== undefined) node.attributes.delete(path.attribute);
  else removeNode(root, node);
}

export function removeNode(root: XmlNode, node: XmlNode): boolean {
  const index = root.children.indexOf(node);
  if (index >= 0) root.children.splice(index, 1);
  return index >= 0 || root.children.some((child) => removeNode(child, node));
}

/** Drops the element at the path when it holds nothing, and then those above it that are empty by that. */
export function pruneEmpty(root: XmlNode, path: XmlPath): void {
  for (let length = path.steps.length; length > 0; length -= 1) {
    const node = findNode(root, { steps: path.steps.slice(0, length) });
    if (node === undefined) continue;
    if (node.children.length > 0 || node.attributes.size > 0 || node.text !== '') return;
    removeNode(root, node);
  }
}
