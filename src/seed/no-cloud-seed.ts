import type { SeedIso } from './create-seed-iso.ts';

/** What `--cloud-init` sets up (virt-install(1)). */
export type NoCloudAnswers = {
  /** Of this instance: cloud-init runs once for each. */
  readonly instanceId: string;
  /** `expires`: it must be changed at the first login. */
  readonly rootPassword?: { readonly text: string; readonly expires: boolean };
  readonly rootSshKey?: string;
  /** For the image's own user: `debian`, `fedora`, … */
  readonly userSshKey?: string;
  /** cloud-init stays off after this boot. */
  readonly disable: boolean;
  /** Text of the user's own files; user-data takes the place of all of the above. */
  readonly userData?: string;
  readonly metaData?: string;
  readonly networkConfig?: string;
};

/** The volume that cloud-init's NoCloud looks for (cloud-init, datasource NoCloud). */
export function noCloudSeed(answers: NoCloudAnswers): SeedIso {
  const { userData, metaData, networkConfig, instanceId } = answers;
  return {
    label: 'cidata',
    files: [
      { name: 'user-data', content: userData ?? cloudConfig(answers) },
      { name: 'meta-data', content: metaData ?? `instance-id: ${instanceId}\n` },
      ...(networkConfig === undefined ? [] : [{ name: 'network-config', content: networkConfig }]),
    ],
  };
}

/** JSON, which is YAML too, so that no password or key can break out of its place. */
function cloudConfig({ rootPassword, rootSshKey, userSshKey, disable }: NoCloudAnswers): string {
  const rootUser = { name: 'root', ssh_authorized_keys: [rootSshKey] };
  const config = {
    ...(rootPassword === undefined
      ? {}
      : { chpasswd: { list: `root:${rootPassword.text}\n`, expire: rootPassword.expires } }),
    ...(rootSshKey === undefined ? {} : { disable_root: false, users: ['default', rootUser] }),
    ...(userSshKey === undefined ? {} : { ssh_authorized_keys: [userSshKey] }),
    ...(disable ? { runcmd: [['touch', '/etc/cloud/cloud-init.disabled']] } : {}),
  };
  return `#cloud-config\n${JSON.stringify(config, undefined, 2)}\n`;
}
