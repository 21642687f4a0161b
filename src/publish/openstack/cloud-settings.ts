/** Who logs in and how (Keystone v3 API, "Authentication and token management"). */
export type Login =
  | {
      readonly kind: 'password';
      readonly authUrl: string;
      readonly user: { readonly id?: string; readonly name?: string; readonly domain?: DomainRef };
      readonly password: string;
      readonly scope: Scope;
    }
  | { readonly kind: 'token'; readonly authUrl: string; readonly token: string; readonly scope: Scope }
  | {
      readonly kind: 'application-credential';
      readonly authUrl: string;
      readonly id?: string;
      readonly name?: string;
      /** Needed when the credential is told by its name. */
      readonly user?: { readonly id?: string; readonly name?: string; readonly domain?: DomainRef };
      readonly secret: string;
    }
  /** A service without Keystone: Ironic standing alone. */
  | { readonly kind: 'none'; readonly endpoint?: string }
  | {
      readonly kind: 'http-basic';
      readonly endpoint?: string;
      readonly username: string;
      readonly password: string;
    };

/** What Keystone is asked with. */
export type KeystoneLogin = Exclude<Login, { kind: 'none' } | { kind: 'http-basic' }>;

/** Otherwise it is a service that stands alone. */
export function hasKeystone(login: Login): login is KeystoneLogin {
  return login.kind !== 'none' && login.kind !== 'http-basic';
}

export type DomainRef = { readonly id?: string; readonly name?: string };

export type Scope =
  | { readonly kind: 'project'; readonly id?: string; readonly name?: string; readonly domain?: DomainRef }
  | { readonly kind: 'domain'; readonly domain: DomainRef }
  | { readonly kind: 'system' }
  /** Keystone takes the user's default project. */
  | { readonly kind: 'default' };

export type EndpointInterface = 'public' | 'internal' | 'admin';

/** One cloud, ready to be used. Holds secrets: never to be printed or saved. */
export type CloudSettings = {
  /** As the user calls it; `environment` for OS_* variables. */
  readonly name: string;
  /** Made of OS_* variables: it has no name that clients know. */
  readonly fromEnvironment: boolean;
  /** Where it was found, for messages. */
  readonly origin: string;
  /** What was laid over it, mostly passwords. */
  readonly secureFile?: string;
  /** Of clouds-public.yaml, which does not have it; other clients know more profiles, and go on without one as well. */
  readonly missingProfile?: string;
  readonly login: Login;
  readonly region?: string;
  readonly interface: EndpointInterface;
  /** By service type with underscores: `image`, `block_storage`, `baremetal`. */
  readonly endpointOverrides: Readonly<Record<string, string>>;
  readonly verify: boolean;
  /** Paths of PEM files. */
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
};

/** What the user calls a setting: `region_name`, or `OS_REGION_NAME`. */
export function settingName(
  { fromEnvironment }: Pick<CloudSettings, 'fromEnvironment'>,
  name: string,
): string {
  return fromEnvironment ? `OS_${name.toUpperCase()}` : name;
}

/** The values nobody may see. */
export function secretsOf({ login }: CloudSettings): readonly string[] {
  switch (login.kind) {
    case 'password':
    case 'http-basic':
      return [login.password];
    case 'token':
      return [login.token];
    case 'application-credential':
      return [login.secret];
    case 'none':
      return [];
  }
}
