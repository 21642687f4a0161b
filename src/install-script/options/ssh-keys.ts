/** Between SSH keys, which hold blanks and commas themselves. */
export const KEY_SEPARATOR = ';';

const KEY = String.raw`(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp\d+|sk-[a-z0-9-]+@openssh\.com) [A-Za-z0-9+/]+=*(?: [\w.@:+-]+)*`;

/** Public keys as `.pub` files have them. */
export const SSH_KEYS_SHAPE = new RegExp(`^${KEY}(?:\\s*${KEY_SEPARATOR}\\s*${KEY})*$`);

/** Fields of a key's data, its type the first of them (RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4, OpenSSH's PROTOCOL.u2f). */
const FIELD_COUNT: ReadonlyMap<string, number> = new Map([
  ['ssh-ed25519', 2],
  ['ssh-rsa', 3],
  ['ecdsa-sha2-nistp256', 3],
  ['ecdsa-sha2-nistp384', 3],
  ['ecdsa-sha2-nistp521', 3],
  ['sk-ssh-ed25519@openssh.com', 3],
  ['sk-ecdsa-sha2-nistp256@openssh.com', 4],
]);

/** Numbers without a length stand between its fields (OpenSSH's PROTOCOL.certkeys), so that they cannot be counted. */
const CERTIFICATE = /^sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)-cert-v01@openssh\.com$/;

/** Which of the keys, and what of it. */
export function sshKeysFault(keys: string): string | undefined {
  const faults = keys.split(KEY_SEPARATOR).map((key) => keyFault(key.trim()));
  const at = faults.findIndex((fault) => fault !== undefined);
  return at === -1 ? undefined : `key ${at + 1} ${faults[at]}`;
}

function keyFault(key: string): string | undefined {
  const shown = `(${key.slice(0, 30)}${key.length > 30 ? '…' : ''})`;
  if (new RegExp(`^${KEY}$`).test(key)) {
    const fault = dataFault(key);
    return fault && `${shown} is none that sshd takes: ${fault}; copy the whole line of the .pub file`;
  }
  const isItsComment = new RegExp(`^${KEY}(?=\\s)`).test(key);
  return isItsComment
    ? 'has a comment with characters other than letters, digits and _ . @ : + -; leave the comment out or change it'
    : `${shown} is no public SSH key; write type, key and comment, and ; between keys`;
}

const CUT_SHORT = 'its data is cut short';

function dataFault(key: string): string | undefined {
  const [type = '', base64 = ''] = key.split(' ');
  const count = FIELD_COUNT.get(type);
  if (count === undefined && !CERTIFICATE.test(type)) return `keys have no type ${type}`;
  const data = Buffer.from(base64, 'base64');
  const { fields, isWhole } = fieldsOf(data);
  const own = fields[0]?.toString('latin1');
  if (own === undefined) return CUT_SHORT;
  if (own !== type)
    return FIELD_COUNT.has(own)
      ? `its data is of a key of another type, ${own}`
      : `its data is not that of a key of the type ${type}`;
  if (count === undefined) return undefined;
  const encoded = data.toString('base64');
  if (!isWhole || fields.length < count || base64.length < encoded.length) return CUT_SHORT;
  if (fields.length > count || base64 !== encoded) return 'its data goes on behind its end';
  return undefined;
}

const LENGTH_BYTES = 4;

/** Each behind its length in four bytes, the highest first (RFC 4251 5, "string"); whole, where the last ends with the data. */
function fieldsOf(data: Buffer): { readonly fields: readonly Buffer[]; readonly isWhole: boolean } {
  const fields: Buffer[] = [];
  let at = 0;
  while (at + LENGTH_BYTES <= data.length) {
    const start = at + LENGTH_BYTES;
    const end = start + data.readUInt32BE(at);
    if (end > data.length) break;
    fields.push(data.subarray(start, end));
    at = end;
  }
  return { fields, isWhole: at === data.length };
}
