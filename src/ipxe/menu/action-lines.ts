import type { ExtraAction, ExtraEntry } from './menu-options.ts';
import { chainLines, menuLines } from './script-lines.ts';

/** What an entry does once it is chosen. */
export function actionLines({ key, action }: ExtraEntry, signed: boolean): readonly string[] {
  switch (action.kind) {
    case 'linux':
      return linuxLines(action);
    case 'chain':
      return [`chain --autofree ${action.url} || goto failed`, 'goto ended'];
    case 'menu':
      return chainLines(key, `${action.name}.ipxe`, signed, 'ended');
    case 'sanboot':
      return [`sanboot --no-describe ${action.url} || goto failed`, 'goto ended'];
    case 'install':
      return [
        `set kiln_release ${action.release}`,
        'set kiln_variant auto',
        `set kiln_script ${action.script}`,
        ...menuLines(key, signed, action.system),
      ];
  }
}

function linuxLines({ kernel, initrds, arguments: words }: ExtraAction<'linux'>): readonly string[] {
  const names = imageNames([kernel, ...initrds]).slice(1);
  return [
    `kernel ${kernel} ${[...names.map((name) => `initrd=${name}`), ...words].join(' ')} || goto failed`,
    ...initrds.map((url, index) => `initrd --name ${names[index]} ${url} || goto failed`),
    'boot || goto failed',
  ];
}

/** By the last part of the address, with a number where two would be named alike: the kernel knows its initrds by these names. */
function imageNames(urls: readonly string[]): readonly string[] {
  const names: string[] = [];
  for (const url of urls) {
    const [path = ''] = url.split(/[?#]/, 1);
    const base = path.slice(path.lastIndexOf('/') + 1) || 'initrd';
    let name = base;
    for (let count = 2; names.includes(name); count += 1) name = `${base}-${count}`;
    names.push(name);
  }
  return names;
}
