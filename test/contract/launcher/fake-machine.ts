import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const LAUNCHER = new URL('../../../kiln', import.meta.url).pathname;

/** What the launcher may use of the real machine; everything else on PATH is a stand-in. */
const REAL_TOOLS = 'sh env readlink mkdir tail sed cat cmp cp mv rm touch flock grep id sleep'.split(' ');

const TABLE = `# group probes apt dnf zypper pacman
npm  npm               npm-package  npm-dnf  npm-suse  npm-arch
run  fake-qemu         qemu-deb     qemu-rpm qemu-suse qemu-arch
run  @FILES@/fw*.bin,/nonexistent/fw  fw-deb  fw-rpm  fw-suse  fw-arch
test fake-busybox      busybox-deb  busybox-rpm busybox-suse busybox-arch
bench fake-packer      ?packer-deb  ?packer-rpm - -
`;

/** Says what it was told; installing brings every program of the table. Fails or dies as the test asks by files. */
const MANAGER = `#!/bin/sh
echo "$(basename "$0") $*" >>"$FAKE_LOG"
case "$*" in *install*|*-S*) ;; *) exit 0 ;; esac
if [ -e "$FAKE_FILES/fail" ]; then echo "E: no such luck"; exit 100; fi
for tool in fake-qemu fake-busybox; do printf '#!/bin/sh\\n' >"$FAKE_BIN/$tool"; chmod +x "$FAKE_BIN/$tool"; done
: >"$FAKE_FILES/fw1.bin"
if [ -e "$FAKE_FILES/die" ]; then rm "$FAKE_FILES/die"; kill -9 $PPID; fi
`;

const NPM = `#!/bin/sh
echo "npm $*" >>"$FAKE_LOG"
mkdir -p node_modules/typescript/bin
cp "$FAKE_FILES/tsc.js" node_modules/typescript/bin/tsc
: >node_modules/.package-lock.json
`;

const TSC = `const fs = require('node:fs');
fs.appendFileSync(process.env.FAKE_LOG, 'tsc\\n');
fs.mkdirSync('dist/cli', { recursive: true });
fs.writeFileSync('dist/cli/main.js', 'console.log(JSON.stringify([process.cwd(), ...process.argv.slice(2)]))');
`;

export type Started = { readonly code: number | undefined; readonly stdout: string; readonly stderr: string };

export type FakeMachine = {
  readonly clone: string;
  readonly files: string;
  start(args: readonly string[], options?: StartOptions): Promise<Started>;
  /** Every stand-in's command line since the beginning. */
  calls(): Promise<readonly string[]>;
  /** Puts a program on PATH. */
  addProgram(name: string, text: string): Promise<void>;
  remove(): Promise<void>;
};

export type StartOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly launcher?: string;
};

/** A clone that was never started, in a folder with an awkward name, on a machine with one package manager. */
export async function fakeMachine(manager = 'apt-get'): Promise<FakeMachine> {
  const home = await mkdtemp(join(tmpdir(), 'kiln-launcher-'));
  const [bin, files, clone] = [join(home, 'bin'), join(home, 'files'), join(home, 'it\'s a "clone"')];
  const log = join(home, 'calls.log');
  const addProgram = async (name: string, text: string): Promise<void> => {
    await writeFile(join(bin, name), text);
    await chmod(join(bin, name), 0o755);
  };
  await Promise.all([bin, files, join(clone, 'src/cli'), join(clone, 'host-packages')].map(makeFolder));
  for (const tool of REAL_TOOLS) await linkTool(tool, bin);
  await symlink(process.execPath, join(bin, 'node'));
  await linkTool('basename', bin);
  await linkTool('chmod', bin);
  await addProgram(manager, MANAGER);
  await addProgram('dpkg', '#!/bin/sh\n');
  await addProgram('true', '#!/bin/sh\n');
  await addProgram('npm', NPM);
  await writeFile(join(files, 'tsc.js'), TSC);
  await writeFile(join(clone, 'host-packages/packages.txt'), TABLE.replaceAll('@FILES@', files));
  for (const name of ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'src/cli/main.ts']) {
    await writeFile(join(clone, name), '{}');
  }
  await copyFile(LAUNCHER, join(clone, 'kiln'));
  await writeFile(log, '');
  const fakeEnv = { FAKE_LOG: log, FAKE_FILES: files, FAKE_BIN: bin, PATH: bin, HOME: home };
  return {
    clone,
    files,
    addProgram,
    start: async (args, { env = {}, cwd = home, launcher = join(clone, 'kiln') } = {}) => {
      const run = await execa(launcher, [...args], {
        cwd,
        env: { ...fakeEnv, ...env },
        extendEnv: false,
        stdin: 'ignore',
        reject: false,
      });
      return { code: run.exitCode, stdout: run.stdout, stderr: run.stderr };
    },
    calls: async () => (await readFile(log, 'utf8')).split('\n').filter((line) => line !== ''),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
}

async function linkTool(name: string, bin: string): Promise<void> {
  const { stdout } = await execa('sh', ['-c', 'command -v "$1"', 'sh', name]);
  await symlink(stdout, join(bin, name));
}
