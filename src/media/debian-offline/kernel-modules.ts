import { basename } from 'node:path';

/** Dependencies between kernel modules as depmod(8) writes them to `modules.dep`. */
export type ModuleDependencies = {
  /** Path relative to the modules folder, by module name with underscores. */
  readonly byName: ReadonlyMap<string, string>;
  readonly needs: ReadonlyMap<string, readonly string[]>;
};

export function parseModulesDep(text: string): ModuleDependencies {
  const byName = new Map<string, string>();
  const needs = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const [path, rest] = line.split(':');
    if (path === undefined || path === '' || rest === undefined) continue;
    byName.set(moduleName(path), path);
    needs.set(path, rest.trim() === '' ? [] : rest.trim().split(/\s+/));
  }
  return { byName, needs };
}

/** `kernel/drivers/ata/ata_piix.ko.xz` → `ata_piix`; dashes and underscores are the same to the kernel. */
function moduleName(path: string): string {
  return basename(path)
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_');
}

/** Files of these modules and of all they need; modules built into the kernel have none and are left out. */
export function moduleFiles(names: readonly string[], dependencies: ModuleDependencies): string[] {
  const files = names.flatMap((name) => {
    const path = dependencies.byName.get(name);
    return path === undefined ? [] : [path, ...(dependencies.needs.get(path) ?? [])];
  });
  return [...new Set(files)];
}
