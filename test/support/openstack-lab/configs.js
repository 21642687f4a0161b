import { join } from 'node:path';

/**
 * Configurations of the services, as small as they run with: SQLite, files, no message broker, everything on 127.0.0.1.
 * @typedef {{ folder: string, packages: string, password: string, ports: Record<string, number>, imageEndpoint: string,
 *   glanceOptions: readonly string[] }} Settings
 */

/** SQLite answers a second writer with "database is locked" unless it keeps a write-ahead log (databases.js turns that on). */
const database = (/** @type {Settings} */ { folder }, /** @type {string} */ name, query = '') =>
  `connection = sqlite:///${folder}/state/${name}.db${query}\nsqlite_synchronous = false`;

const keystoneUrl = (/** @type {Settings} */ { ports }) => `http://127.0.0.1:${ports.keystone}/v3`;

/** How a service logs in as itself. */
const login = (
  /** @type {Settings} */ settings,
  /** @type {string} */ user,
) => `auth_url = ${keystoneUrl(settings)}
auth_type = password
username = ${user}
password = ${settings.password}
project_name = service
user_domain_id = default
project_domain_id = default
region_name = RegionOne`;

/** No cache, so that a token that was revoked is refused at once. */
const tokenCheck = (/** @type {Settings} */ settings, /** @type {string} */ user) => `[keystone_authtoken]
www_authenticate_uri = ${keystoneUrl(settings)}
service_token_roles_required = true
token_cache_time = -1
${login(settings, user)}`;

const common = (/** @type {Settings} */ { folder }, /** @type {string} */ name) =>
  `log_file = ${folder}/log/${name}.log`;

/** @param {Settings} settings */
export function keystoneConf(settings) {
  const { folder } = settings;
  return `[DEFAULT]
${common(settings, 'keystone')}
[database]
${database(settings, 'keystone', '?check_same_thread=false')}
[token]
provider = fernet
expiration = 14400
[fernet_tokens]
key_repository = ${folder}/state/keys/fernet
[fernet_receipts]
key_repository = ${folder}/state/keys/fernet
[credential]
key_repository = ${folder}/state/keys/credential
[identity]
password_hash_rounds = 4
[cache]
enabled = true
backend = dogpile.cache.memory
`;
}

/** uwsgi's own HTTP server does not keep connections open but lets clients believe so, hence the header. @param {Settings} settings */
export function keystoneUwsgi({ folder, ports }) {
  return `[uwsgi]
plugins = python3
http-socket = 127.0.0.1:${ports.keystone}
buffer-size = 65535
master = true
processes = 1
threads = 8
enable-threads = true
lazy-apps = true
die-on-term = true
no-orphans = true
add-header = Connection: close
wsgi-file = /usr/bin/keystone-wsgi-public
env = OS_KEYSTONE_CONFIG_FILES=${folder}/etc/keystone.conf
logto = ${folder}/log/keystone-uwsgi.log
`;
}

/** @param {Settings} settings */
export function glanceConf(settings) {
  const { folder, ports, packages } = settings;
  return `[DEFAULT]
bind_host = 127.0.0.1
bind_port = ${ports.glance}
workers = 1
${common(settings, 'glance')}
enabled_backends = local:file
enabled_import_methods = [glance-direct,web-download]
use_keystone_limits = true
enforce_secure_rbac = true
worker_self_reference_url = http://127.0.0.1:${ports.glance}
${settings.glanceOptions.join('\n')}
[database]
${database(settings, 'glance')}
[glance_store]
default_backend = local
[local]
filesystem_store_datadir = ${folder}/data/images
[os_glance_staging_store]
filesystem_store_datadir = ${folder}/data/staging
[os_glance_tasks_store]
filesystem_store_datadir = ${folder}/data/tasks
[paste_deploy]
flavor = keystone
config_file = ${packages}/usr/share/glance-common/glance-api-paste.ini
${tokenCheck(settings, 'glance')}
[oslo_limit]
auth_url = ${keystoneUrl(settings)}
auth_type = password
username = glance
password = ${settings.password}
user_domain_id = default
system_scope = all
endpoint_id = ${settings.imageEndpoint}
[oslo_policy]
enforce_new_defaults = true
enforce_scope = true
[oslo_concurrency]
lock_path = ${folder}/run
[import_filtering_opts]
allowed_schemes = [http,https]
allowed_ports = []
disallowed_ports = []
disallowed_hosts = []
allowed_hosts = [127.0.0.1,localhost]
`;
}

/** @param {Settings} settings */
export function cinderConf(settings) {
  const { folder, ports, packages } = settings;
  const data = join(folder, 'data/cinder');
  return `[DEFAULT]
host = labhost
my_ip = 127.0.0.1
${common(settings, 'cinder')}
state_path = ${data}
transport_url = fake:///
auth_strategy = keystone
api_paste_config = ${packages}/usr/share/cinder-common/api-paste.ini
resource_query_filters_file = ${packages}/etc/cinder/resource_filters.json
osapi_volume_listen = 127.0.0.1
osapi_volume_listen_port = ${ports.cinder}
osapi_volume_workers = 1
enabled_backends = lab
glance_api_servers = http://127.0.0.1:${ports.glance}
image_conversion_dir = ${data}/conversion
report_interval = 5
service_down_time = 60
scheduler_default_filters = CapacityFilter,CapabilitiesFilter
[lab]
volume_driver = file_volumes.FileVolumes
volume_backend_name = lab
volume_folder = ${data}/volumes
[database]
${database(settings, 'cinder')}
[coordination]
backend_url = file://${data}/coordination
[oslo_concurrency]
lock_path = ${folder}/run
${tokenCheck(settings, 'cinder')}
[service_user]
send_service_user_token = true
${login(settings, 'cinder')}
`;
}

/** @param {Settings} settings @param {'ironic' | 'ironic-standalone'} name */
export function ironicConf(settings, name) {
  const { folder, ports } = settings;
  const data = join(folder, 'data', name);
  const standalone = name === 'ironic-standalone';
  const sections = ['glance', 'service_catalog', 'swift', 'neutron', 'cinder', 'inspector', 'nova'];
  const logins = sections.map((section) => `[${section}]\n${login(settings, 'ironic')}`).join('\n');
  return `[DEFAULT]
pybasedir = /usr/lib/python3/dist-packages/ironic
host = labhost
my_ip = 127.0.0.1
auth_strategy = ${standalone ? 'noauth' : 'keystone'}
rpc_transport = none
${common(settings, name)}
state_path = ${data}
tempdir = ${data}/tmp
enabled_hardware_types = fake-hardware
enabled_bios_interfaces = no-bios
enabled_boot_interfaces = fake
enabled_console_interfaces = no-console
enabled_deploy_interfaces = fake,direct
enabled_inspect_interfaces = no-inspect
enabled_management_interfaces = fake
enabled_network_interfaces = noop
default_network_interface = noop
enabled_power_interfaces = fake
enabled_raid_interfaces = no-raid
enabled_rescue_interfaces = no-rescue
enabled_storage_interfaces = noop
enabled_vendor_interfaces = no-vendor
force_raw_images = true
[api]
host_ip = 127.0.0.1
port = ${ports[name]}
api_workers = 1
[database]
${database(settings, name)}
[conductor]
automated_clean = false
sync_power_state_interval = 10
file_url_allowed_paths = ${folder}
[deploy]
http_url = http://127.0.0.1:${ports[`${name}-images`]}
http_root = ${data}/httpboot
fast_track = false
default_boot_option = local
[agent]
image_download_source = http
post_deploy_get_power_state_retries = 1
post_deploy_get_power_state_retry_interval = 1
[pxe]
tftp_root = ${data}/tftpboot
images_path = ${data}/images
instance_master_path = ${data}/master
tftp_master_path = ${data}/master
[dhcp]
dhcp_provider = none
[oslo_concurrency]
lock_path = ${folder}/run
${standalone ? '' : `${tokenCheck(settings, 'ironic')}\n${logins}`}
`;
}

/** @param {Settings} settings @param {{ id: string, secret: string }} applicationCredential */
export function cloudsYaml(settings, applicationCredential) {
  const cloud = (/** @type {string} */ name, /** @type {readonly string[]} */ auth, kind = '') => `  ${name}:
    region_name: RegionOne
    identity_api_version: 3
${kind}    auth:
      auth_url: ${keystoneUrl(settings)}
${auth.map((line) => `      ${line}`).join('\n')}
`;
  const user = (/** @type {string} */ name, /** @type {string} */ scope) => [
    `username: ${name}`,
    `password: ${settings.password}`,
    'user_domain_name: Default',
    scope,
    ...(scope.startsWith('project') ? ['project_domain_name: Default'] : []),
  ];
  const { id, secret } = applicationCredential;
  return `clouds:
${cloud('lab', user('demo', 'project_name: demo'))}${cloud('lab-admin', user('admin', 'project_name: admin'))}${cloud(
  'lab-reader',
  user('demo_reader', 'project_name: demo'),
)}${cloud('lab-other', user('other', 'project_name: other'))}${cloud('lab-system', user('admin', 'system_scope: all'))}${cloud(
  'lab-appcred',
  [`application_credential_id: ${id}`, `application_credential_secret: ${secret}`],
  '    auth_type: v3applicationcredential\n',
)}`;
}
