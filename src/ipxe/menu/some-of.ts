/** `a, b and 3 more` */
export function someOf(paths: readonly string[], most = 5): string {
  const more = paths.length - most;
  return more > 0 ? `${paths.slice(0, most).join(', ')} and ${more} more` : paths.join(', ');
}
