import type { SeedFile } from './seed-file.ts';

/** What a cloud tells its instance. */
export type CloudData = {
  /** The install script. */
  readonly userData: string;
  /** A UUID; cloud-init takes a new one for a new machine. */
  readonly instanceId: string;
  readonly hostname: string;
};

/** The layout of OpenStack's metadata service and, label `config-2`, of its config drive (nova, "Metadata"). */
export function openstackFiles({ userData, instanceId, hostname }: CloudData): readonly SeedFile[] {
  const metadata = { uuid: instanceId, name: hostname, hostname, launch_index: 0 };
  return [
    { name: 'openstack/latest/meta_data.json', content: `${JSON.stringify(metadata)}\n` },
    { name: 'openstack/latest/user_data', content: userData },
  ];
}

/** Amazon's versions that clients ask for: curl and wget `latest`, cloud-init dates (cloud-init, DataSourceEc2). */
const EC2_VERSIONS = ['latest', '2009-04-04', '2016-09-02', '2018-09-24', '2021-03-23'];

/**
 * Everything answered at 169.254.169.254: Amazon's tree, whose folders answer with their names, OpenStack's, and one in NoCloud's form,
 * whose `meta-data` is a file (cloud-init, "NoCloud").
 */
export function metadataFiles(data: CloudData): ReadonlyMap<string, string> {
  const { userData, instanceId, hostname } = data;
  const facts = { hostname, 'instance-id': instanceId, 'local-hostname': hostname };
  const list = Object.keys(facts).join('\n');
  const ec2 = EC2_VERSIONS.flatMap((version) => [
    [version, 'meta-data\nuser-data'],
    [`${version}/user-data`, userData],
    [`${version}/meta-data`, list],
    ...Object.entries(facts).map(([name, value]) => [`${version}/meta-data/${name}`, value]),
  ]);
  const openstack = openstackFiles(data).map(({ name, content }) => [name, String(content)]);
  return new Map(
    [
      ['', [...EC2_VERSIONS, 'openstack'].join('\n')],
      ...ec2,
      ['openstack', 'latest'],
      ['openstack/latest', 'meta_data.json\nuser_data'],
      ...openstack,
      ['nocloud/user-data', userData],
      ['nocloud/meta-data', `instance-id: ${instanceId}\nlocal-hostname: ${hostname}\n`],
      ['nocloud/vendor-data', ''],
    ].map(([path = '', content = '']) => [path, content] as const),
  );
}

/** What `ds=nocloud-net;s=URL/` and the other installers fetch from a build's web server. */
export function servedFiles(
  { userData, instanceId }: CloudData,
  installName: string,
): ReadonlyMap<string, string> {
  const own = [[installName, userData] as const];
  if (installName !== 'user-data') return new Map(own);
  return new Map([...own, ['meta-data', `instance-id: ${instanceId}\n`], ['vendor-data', '']]);
}
