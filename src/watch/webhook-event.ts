/**
 * What curtin and cloud-init would have printed of an event that they post (cloudinit/reporting/events.py, as_dict and as_string).
 * @returns undefined for anything else
 */
export function webhookEventText(body: string): string | undefined {
  const event = parsed(body);
  if (typeof event !== 'object' || event === null) return undefined;
  const { name, event_type: type, description = '', result } = event as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || (type !== 'start' && type !== 'finish')) return undefined;
  const words = [type, name, ...(typeof result === 'string' ? [result] : []), String(description)];
  return words.join(': ').replace(/\s+/g, ' ').trim();
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // no event
  }
}
