import { PublishError } from '../../foundation/errors.ts';
import { mapIn, type PlainMap } from './cloud-files.ts';
import type { DomainRef, Login, Scope } from './cloud-settings.ts';

const KINDS: Readonly<Record<string, Login['kind']>> = {
  password: 'password',
  v3password: 'password',
  token: 'token',
  v3token: 'token',
  v3applicationcredential: 'application-credential',
  none: 'none',
  http_basic: 'http-basic',
};

type Fields = (name: string) => string | undefined;

/**
 * The login of one cloud, in keystoneauth's words (`auth_type`, and the keys below `auth`). Keys outside `auth` count too, as openstacksdk
 * lets them.
 * @throws PublishError `publish.credentials` naming what is missing, never a value
 */
export function readLogin(cloud: string, raw: PlainMap): Login {
  const inner = { ...raw, ...mapIn(raw, 'auth') } as PlainMap;
  const field: Fields = (name) => word(inner[name]);
  const kind = kindOf(cloud, word(raw.auth_type), field);
  const need = (name: string): string => field(name) ?? missing(cloud, name, kind);
  switch (kind) {
    case 'none':
      return { kind, ...optional('endpoint', field('endpoint')) };
    case 'http-basic':
      return {
        kind,
        username: need('username'),
        password: need('password'),
        ...optional('endpoint', field('endpoint')),
      };
    case 'token':
      return { kind, authUrl: need('auth_url'), token: need('token'), scope: scopeOf(field) };
    case 'application-credential':
      return applicationCredential(field, need);
    case 'password':
      if (field('user_id') === undefined) need('username');
      return {
        kind,
        authUrl: need('auth_url'),
        user: userOf(field),
        password: need('password'),
        scope: scopeOf(field),
      };
  }
}

function kindOf(cloud: string, named: string | undefined, field: Fields): Login['kind'] {
  if (named !== undefined) {
    const kind = KINDS[named];
    if (kind !== undefined) return kind;
    throw new PublishError(
      'publish.credentials',
      `Cloud ${cloud} logs in by "${named}", which Kiln does not know; use ${Object.keys(KINDS).join(', ')}.`,
    );
  }
  if (field('application_credential_secret') !== undefined) return 'application-credential';
  if (field('auth_url') === undefined && field('endpoint') !== undefined) return 'none';
  return field('token') !== undefined && field('password') === undefined ? 'token' : 'password';
}

function applicationCredential(field: Fields, need: (name: string) => string): Login {
  const id = field('application_credential_id');
  const name = id === undefined ? need('application_credential_name') : undefined;
  return {
    kind: 'application-credential',
    authUrl: need('auth_url'),
    ...optional('id', id),
    ...(name === undefined ? {} : { name, user: userOf(field) }),
    secret: need('application_credential_secret'),
  };
}

function userOf(field: Fields): {
  readonly id?: string;
  readonly name?: string;
  readonly domain?: DomainRef;
} {
  const id = field('user_id');
  if (id !== undefined) return { id };
  const domain = domainRef(field, 'user_domain') ?? domainRef(field, 'default_domain') ?? { id: 'default' };
  return { ...optional('name', field('username')), domain };
}

function scopeOf(field: Fields): Scope {
  if (field('system_scope') !== undefined) return { kind: 'system' };
  const id = field('project_id') ?? field('tenant_id');
  if (id !== undefined) return { kind: 'project', id };
  const name = field('project_name') ?? field('tenant_name');
  if (name !== undefined) {
    const domain = domainRef(field, 'project_domain') ??
      domainRef(field, 'default_domain') ?? { id: 'default' };
    return { kind: 'project', name, domain };
  }
  const domain = domainRef(field, 'domain');
  return domain === undefined ? { kind: 'default' } : { kind: 'domain', domain };
}

/** `default_domain` alone is an id (OS_DEFAULT_DOMAIN); elsewhere `…_id` and `…_name`. */
function domainRef(field: Fields, prefix: string): DomainRef | undefined {
  const id = field(`${prefix}_id`) ?? (prefix === 'default_domain' ? field(prefix) : undefined);
  if (id !== undefined) return { id };
  const name = field(`${prefix}_name`);
  return name === undefined ? undefined : { name };
}

function missing(cloud: string, name: string, kind: Login['kind']): never {
  throw new PublishError(
    'publish.credentials',
    `Cloud ${cloud} lacks ${name}, which a login by ${kind} needs; add it to clouds.yaml or secure.yaml, or set OS_${name.toUpperCase()}.`,
    { details: { cloud, missing: name } },
  );
}

function optional<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: string }; // computed keys lose their type
}

/** YAML makes numbers of ids and passwords that look like one. */
function word(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
