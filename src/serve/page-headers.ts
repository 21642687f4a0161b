import type { ServerResponse } from 'node:http';

/** On every answer. Scripts, styles and connections come from this server alone; nothing may frame the page or run in its name. */
export function setPageHeaders(response: ServerResponse, styleNonce?: string): void {
  const styles = styleNonce === undefined ? "'self'" : `'self' 'nonce-${styleNonce}'`;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    // xterm.js makes style elements, which the page gives the nonce, and sets the attribute for colours beyond the 256 of its classes.
    `style-src ${styles}`,
    "style-src-attr 'unsafe-inline'",
    // noVNC shows the guest's pointer, and parts of its screen, as data URLs.
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ];
  setCommonHeaders(response);
  response.setHeader('Content-Security-Policy', policy.join('; '));
}

/** Of what guests wrote: shown as what it is, and where a browser would run any of it, without rights. */
export function setEvidenceHeaders(response: ServerResponse): void {
  setCommonHeaders(response);
  response.setHeader('Content-Security-Policy', "default-src 'none'; img-src 'self'; sandbox");
}

function setCommonHeaders(response: ServerResponse): void {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cache-Control', 'no-store');
}
