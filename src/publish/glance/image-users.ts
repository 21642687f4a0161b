import { z } from 'zod';
import { SERVICE_NAMES, type ServiceType } from '../openstack/catalog.ts';
import type { CloudSession } from '../openstack/cloud-session.ts';
import { parseAnswer } from '../openstack/parse-answer.ts';
import type { GlanceApi } from './glance-api.ts';

/** Nova and Cinder end a page (of 1000 things by default) with an address of the next one. */
const links = z.array(z.object({ rel: z.string(), href: z.string() })).default([]);
const serversSchema = z.object({ servers: z.array(z.object({ id: z.string() })), servers_links: links });
const volumesSchema = z.object({
  volumes: z.array(
    z.object({
      id: z.string(),
      volume_image_metadata: z.object({ image_id: z.string().optional() }).optional(),
    }),
  ),
  volumes_links: links,
});

const MORE_THAN_ENOUGH_PAGES = 200;

export type UserSearch = {
  readonly glance: GlanceApi;
  readonly session: CloudSession;
  readonly signal: AbortSignal;
};

/** Who uses an image, in words, as far as this user may see; also when there is more to see than is looked through. @param gone images that count no more */
export async function userOf(
  id: string,
  search: UserSearch,
  gone: readonly string[],
): Promise<string | undefined> {
  return (
    (await linkedImage(id, search, gone)) ?? (await serverFrom(id, search)) ?? (await volumeFrom(id, search))
  );
}

/** Hidden images are listed only when asked for alone. */
async function linkedImage(
  id: string,
  { glance }: UserSearch,
  gone: readonly string[],
): Promise<string | undefined> {
  for (const key of ['kernel_id', 'ramdisk_id']) {
    for (const hidden of [{}, { os_hidden: 'true' }]) {
      const found = await glance.list({ [key]: id, ...hidden });
      const linked = found.find((image) => image[key] === id && !gone.includes(image.id));
      if (linked) return `image ${linked.id} boots with it`;
    }
  }
  return undefined;
}

function serverFrom(id: string, search: UserSearch): Promise<string | undefined> {
  return lookThrough('compute', 'servers', `/servers?image=${id}`, search, (json) => {
    const { servers, servers_links } = parseAnswer('Nova', 'list of servers', serversSchema, json);
    const [server] = servers;
    return { found: server && `server ${server.id} was made from it`, links: servers_links };
  });
}

function volumeFrom(id: string, search: UserSearch): Promise<string | undefined> {
  return lookThrough('block-storage', 'volumes', '/volumes/detail', search, (json) => {
    const { volumes, volumes_links } = parseAnswer('Cinder', 'list of volumes', volumesSchema, json);
    const volume = volumes.find((one) => one.volume_image_metadata?.image_id === id);
    return { found: volume && `volume ${volume.id} was made from it`, links: volumes_links };
  });
}

type Page = { readonly found: string | undefined; readonly links: z.infer<typeof links> };

/** Only the parameters of a next page's address are used: its host is as the service knows itself, behind proxies another one. */
async function lookThrough(
  service: ServiceType,
  things: string,
  first: string,
  { session, signal }: UserSearch,
  read: (json: unknown) => Page,
): Promise<string | undefined> {
  if (!(await session.offers(service, signal))) return undefined;
  const [base] = first.split('?');
  const seen = new Set<string>();
  for (let path = first; !seen.has(path) && seen.size < MORE_THAN_ENOUGH_PAGES; ) {
    seen.add(path);
    const { json } = await session.request(service, { method: 'GET', path, signal });
    const { found, links } = read(json);
    const next = links.find(({ rel }) => rel === 'next');
    if (found !== undefined || next === undefined) return found;
    path = `${base}?${next.href.slice(next.href.indexOf('?') + 1)}`;
  }
  return `${SERVICE_NAMES[service]} has more ${things} than Kiln looks through`;
}
