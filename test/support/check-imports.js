/**
 * Holds what docs/architecture.md says about the source tree and no linter knows: which way imports point, which file may
 * import which package, what every start loads, who may look at the process, how long files get. Run by `npm run lint`.
 *
 *   node test/support/check-imports.js [folder]     default: src/ of this project
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Imports may point to a later row, never to an earlier one. Files at the top (index.ts) belong to the first. */
const ROWS = [
  ['.'],
  ['cli'],
  ['serve'],
  ['build'],
  'spec plan os host media install-script seed storage vm virt-install osinfo watch disk artifact publish ipxe'.split(
    ' ',
  ),
  ['libvirt', 'libcrypt', 'qemu-img', 'http-server', 'syslog-server', 'boot-image'],
  ['process'],
  ['foundation'],
];

/** Siblings of the middle row share types; these hold values that are as harmless as types. Everything else is joined by build/. */
const SHARED_VALUES = [
  { from: '', to: 'os/', why: 'the table of operating systems: pure data and look-ups' },
  { from: '', to: 'artifact/output-spec.ts', why: 'the list of disk formats behind its type' },
  { from: '', to: 'media/install-media.ts', why: 'the list of media kinds behind its type' },
  { from: 'media/', to: 'osinfo/', why: 'which ISO is which system, as files of this host say' },
  { from: 'libcrypt/', to: 'libvirt/native.ts', why: 'the one place that opens C libraries' },
  { from: 'publish/', to: 'artifact/', why: 'what is published is told by a manifest' },
  { from: 'publish/', to: 'disk/', why: 'an image is looked at before it leaves the host' },
  { from: 'spec/', to: 'media/made-media.ts', why: 'the words for media that Kiln puts together' },
  { from: 'spec/', to: 'publish/read-target.ts', why: 'the words for where an image is to go' },
  { from: 'spec/', to: 'install-script/', why: 'what a script is tells what is asked for' },
];

/** Where a package may be imported: replacing it stays a small change. */
const PACKAGES = {
  execa: ['process/run-command.ts'],
  koffi: ['libvirt/', 'libcrypt/'],
  '@xterm/headless': ['watch/screen.ts'],
  listr2: ['cli/'],
  commander: ['cli/'],
  zod: ['spec/', 'artifact/', 'qemu-img/', 'publish/'],
  re2js: ['foundation/line-pattern.ts'],
  saxes: ['foundation/parse-xml.ts'],
  yaml: ['spec/', 'install-script/', 'seed/', 'publish/', 'ipxe/'],
  diff: ['install-script/line-diff.ts'],
  chokidar: ['watch/serial-follower.ts'],
  undici: ['media/proxy-fetch.ts', 'publish/openstack/http-client.ts'],
  ws: ['serve/live-channels.ts', 'serve/live-socket.ts'],
  'basic-ftp': ['media/ftp/ftp-downloader.ts'],
};

/**
 * What is loaded by every start and for `--print-xml`, which a person waits for: packages come with `import()`, where they are needed.
 * Loading them takes several times as long as the work itself (docs/performance.md).
 */
const LIGHT = [
  'cli/main.ts',
  'cli/run-cli.ts',
  'cli/virt-install-command.ts',
  'build/print-guest/print-guest.ts',
  'virt-install/choose-documents.ts',
];

const PROCESS_WORDS = ['env', 'argv', 'exit', 'exitCode', 'stdin', 'stdout', 'stderr'];
const LONGEST_FILE = 300;

const rowOf = (file) => ROWS.findIndex((row) => row.includes(file.includes('/') ? file.split('/')[0] : '.'));
const startsWithAny = (file, prefixes) => prefixes.some((prefix) => file.startsWith(prefix));

/** Every import, re-export and import() of a file; `later` is what only an import() brings. */
function importsOf(source) {
  const found = [];
  const add = (node, text, typeOnly, later = false) =>
    found.push({ text, typeOnly, later, line: lineOf(source, node) });
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier.text, isTypeImport(node.importClause));
    if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
      const named =
        node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : [];
      const allTypes = named.length > 0 && named.every((element) => element.isTypeOnly);
      add(node, node.moduleSpecifier.text, node.isTypeOnly || allTypes);
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [target] = node.arguments;
      if (target && ts.isStringLiteral(target)) add(node, target.text, false, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTypeImport(clause) {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const named =
    clause.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : [];
  return !clause.name && named.length > 0 && named.every((element) => element.isTypeOnly);
}

function lineOf(source, node) {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

function problemOfImport(file, { text, typeOnly }, root) {
  if (text.startsWith('node:')) {
    const runsPrograms = text === 'node:child_process' && !file.startsWith('process/');
    return runsPrograms ? 'programs are run by process/run-command.ts alone' : undefined;
  }
  if (!text.startsWith('.')) return problemOfPackage(file, text);
  const to = relative(root, resolve(root, dirname(file), text))
    .split(sep)
    .join('/');
  if (to.startsWith('..')) return `imports ${to}, which is outside src/`;
  return problemOfDirection(file, to, typeOnly);
}

function problemOfPackage(file, text) {
  const name = text.startsWith('@') ? text.split('/').slice(0, 2).join('/') : text.split('/')[0];
  const allowed = PACKAGES[name];
  if (!allowed) return `imports the package ${name}, which is not listed in test/support/check-imports.js`;
  return startsWithAny(file, allowed) ? undefined : `imports ${name}; only ${allowed.join(', ')} may`;
}

function problemOfDirection(file, to, typeOnly) {
  const [here, there] = [rowOf(file), rowOf(to)];
  if (there < here) return `imports ${to}: imports never point upwards`;
  const siblings = there === here && file.split('/')[0] !== to.split('/')[0];
  if (!siblings || typeOnly) return undefined;
  const shared = SHARED_VALUES.some((entry) => file.startsWith(entry.from) && to.startsWith(entry.to));
  return shared ? undefined : `imports values of ${to}: siblings share types only, build/ joins them`;
}

/** The way by which loading a file brings a package along, or undefined. */
function wayToPackage(root, file, seen = new Set()) {
  if (seen.has(file) || !existsSync(join(root, file))) return undefined;
  seen.add(file);
  for (const { text, typeOnly, later } of importsOf(parse(root, file))) {
    if (typeOnly || later || text.startsWith('node:')) continue;
    if (!text.startsWith('.')) return [file, text];
    const way = wayToPackage(root, join(dirname(file), text), seen);
    if (way) return [file, ...way];
  }
  return undefined;
}

function problemsOfWeight(root, file) {
  const way = LIGHT.includes(file) ? wayToPackage(root, file) : undefined;
  return way ? [{ line: 1, problem: `loads a package at every start: ${way.join(' > ')}` }] : [];
}

/** Names this file declares itself: a parameter called `console` is not the global. */
function declaredNames(source) {
  const names = new Set();
  const visit = (node) => {
    const declares = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node);
    if (declares && ts.isIdentifier(node.name)) names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

function problemsOfWords(file, source) {
  const found = [];
  const own = declaredNames(source);
  const add = (node, problem) => found.push({ line: lineOf(source, node), problem });
  const visit = (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) add(node, 'says `any`');
    if (ts.isExportAssignment(node)) add(node, 'has a default export');
    if (node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword))
      add(node, 'has a default export');
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      const [object, word] = [node.expression.text, node.name.text];
      if (!own.has(object) && !mayUse(file, object, word)) add(node, `uses ${object}.${word}; only cli/ may`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function mayUse(file, object, word) {
  // The two ways in: the command line and the library, whose defaults come from the process.
  if (file.startsWith('cli/') || file === 'index.ts') return true;
  if (object === 'console') return false;
  if (object !== 'process' || !PROCESS_WORDS.includes(word)) return true;
  return word === 'env' && file.startsWith('process/');
}

function parse(root, file) {
  return ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
}

function problemsOfFile(root, file) {
  const source = parse(root, file);
  const ofImports = importsOf(source).map((one) => ({
    line: one.line,
    problem: problemOfImport(file, one, root),
  }));
  const unknown = rowOf(file) < 0 ? [{ line: 1, problem: 'lies in a folder that no row of ROWS names' }] : [];
  const lines = source.text.trimEnd().split('\n').length;
  const tooLong =
    lines > LONGEST_FILE ? [{ line: lines, problem: `has ${lines} lines; ${LONGEST_FILE} at most` }] : [];
  return [
    ...unknown,
    ...ofImports,
    ...problemsOfWeight(root, file),
    ...problemsOfWords(file, source),
    ...tooLong,
  ]
    .filter(({ problem }) => problem !== undefined)
    .map(({ line, problem }) => `src/${file}:${line} ${problem}`);
}

const projectSource = join(dirname(fileURLToPath(import.meta.url)), '../../src');
const root = resolve(process.argv[2] ?? projectSource);
const files = readdirSync(root, { recursive: true })
  .map((name) => name.split(sep).join('/'))
  .filter((name) => name.endsWith('.ts'));
const problems = files.flatMap((file) => problemsOfFile(root, file));
for (const problem of problems) console.error(problem);
console.error(`check-imports: ${files.length} files, ${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;
