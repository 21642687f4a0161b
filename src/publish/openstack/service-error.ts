import { PublishError } from '../../foundation/errors.ts';
import type { Redactor } from '../../foundation/redact.ts';
import type { HttpRequest, HttpResponse } from './http-client.ts';

/** One code for each kind of refusal, so that programs need not know HTTP. */
const CODES: Readonly<Record<number, string>> = {
  401: 'publish.auth',
  403: 'publish.forbidden',
  404: 'publish.not-found',
  409: 'publish.conflict',
  410: 'publish.not-found',
  413: 'publish.quota',
  429: 'publish.service',
};

const ADVICE: Readonly<Record<string, string>> = {
  'publish.auth': 'Check user, password and project.',
  'publish.forbidden': 'Ask for the right, or publish with another cloud or project.',
  'publish.not-found': 'Check the name or id, and whether this project may see it.',
  'publish.conflict': 'Somebody else may be at work on it.',
  'publish.quota': 'Delete what is not needed any more, or ask for a larger quota.',
  'publish.rejected': 'See `kiln publish --help` for what can be chosen.',
  'publish.service': "Try again later; the service's log tells more.",
};

/** What a service answered instead of doing what was asked, with its own words, which may repeat what it was sent. */
export function serviceError(
  service: string,
  request: Pick<HttpRequest, 'method' | 'url'>,
  { status, text }: Pick<HttpResponse, 'status' | 'text'>,
  redact: Redactor,
): PublishError {
  const code = CODES[status] ?? (status >= 500 ? 'publish.service' : 'publish.rejected');
  const words = wordsOf(text, redact);
  const said = words === '' ? `answered ${status}` : `answered ${status}: ${sentence(words)}`;
  const { pathname } = new URL(request.url);
  return new PublishError(
    code,
    `${service} ${said} (${request.method} ${pathname}) ${ADVICE[code] ?? ''}`.trim(),
    {
      details: { service, status, words, retry: status >= 500 || status === 429 },
    },
  );
}

/** With one full stop at its end. */
export const sentence = (words: string): string => words.replace(/[.\s]*$/, '.');

/** Tells whether another try may help, for what `networkError` and `serviceError` made. */
export function mayTryAgain(error: unknown): error is PublishError {
  return error instanceof PublishError && error.details.retry === true;
}

export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof PublishError)) return undefined;
  const { status } = error.details;
  return typeof status === 'number' ? status : undefined;
}

const LONGEST = 600;

/**
 * The sentence in an error's body. Every service wraps it its own way: Keystone `{"error": {"message"}}`, Glance `{"message"}` with
 * `<br />` in it, Cinder and Nova `{"badRequest": {"message"}}`, Ironic a JSON text inside `{"error_message"}`.
 */
export function wordsOf(text: string, redact: Redactor): string {
  const parsed = parseJson(text);
  const found =
    parsed === undefined ? text.replaceAll(/<(style|head)[\s\S]*?<\/\1>/gi, ' ') : (sentenceIn(parsed) ?? '');
  const unescaped = redact(found)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#x27;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
  const plain = redact(unescaped).replaceAll(/\s+/g, ' ').trim();
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
}

const KEYS = ['message', 'faultstring', 'error_message', 'error', 'title'];

function sentenceIn(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') {
    const inner = value.startsWith('{') ? parseJson(value) : undefined;
    return inner === undefined ? value : sentenceIn(inner, depth + 1);
  }
  if (typeof value !== 'object' || value === null || depth > 4) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  for (const key of KEYS) {
    const found = fields.has(key) ? sentenceIn(fields.get(key), depth + 1) : undefined;
    if (found !== undefined && found !== '') return found;
  }
  const [only] = fields.values();
  return typeof only === 'object' ? sentenceIn(only, depth + 1) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // an HTML page or plain text
  }
}
