import type { CloudSettings, DomainRef, KeystoneLogin, Scope } from './cloud-settings.ts';

/** The body of `POST /v3/auth/tokens`. */
export function authRequest(login: KeystoneLogin): Readonly<Record<string, unknown>> {
  switch (login.kind) {
    case 'password': {
      const { user, password, scope } = login;
      return auth({ methods: ['password'], password: { user: { ...user, password } } }, scope);
    }
    case 'token':
      return auth({ methods: ['token'], token: { id: login.token } }, login.scope);
    case 'application-credential': {
      const { id, name, user, secret } = login;
      const credential = id === undefined ? { name, user, secret } : { id, secret };
      // Bound to one project; Keystone refuses a scope beside it.
      return auth(
        { methods: ['application_credential'], application_credential: credential },
        { kind: 'default' },
      );
    }
  }
}

function auth(identity: unknown, scope: Scope): Readonly<Record<string, unknown>> {
  const wanted = scopeBody(scope);
  return { auth: { identity, ...(wanted === undefined ? {} : { scope: wanted }) } };
}

function scopeBody(scope: Scope): unknown {
  switch (scope.kind) {
    case 'project':
      return {
        project:
          scope.id === undefined ? { name: scope.name, domain: scope.domain as DomainRef } : { id: scope.id },
      };
    case 'domain':
      return { domain: scope.domain };
    case 'system':
      return { system: { all: true } };
    case 'default':
      return undefined;
  }
}

/** Many an auth_url is written without its version. */
export function tokensUrl(authUrl: string): string {
  const base = authUrl.replace(/\/+$/, '').replace(/\/v2\.0$/, '');
  return `${/\/v3$/.test(base) ? base : `${base}/v3`}/auth/tokens`;
}

/** For messages: who logs in, without secrets. */
export function loginName({ login, name }: CloudSettings): string {
  switch (login.kind) {
    case 'password':
      return `${login.user.name ?? login.user.id} (cloud ${name})`;
    case 'token':
      return `the token of cloud ${name}`;
    case 'application-credential':
      return `application credential ${login.name ?? login.id} (cloud ${name})`;
    case 'http-basic':
      return `${login.username} (cloud ${name})`;
    case 'none':
      return `cloud ${name}, without login`;
  }
}
