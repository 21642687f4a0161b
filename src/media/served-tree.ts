/** Where a guest finds the install tree that a build serves. */
export type ServedTree = {
  /** As the guest names the server: `10.0.2.2:40123`. */
  readonly host: string;
  /** Path of the tree on it: `/t0ken/tree`. */
  readonly folder: string;
};

/** As a plan says it: port and secret path are known only when the build runs. */
export const PLANNED_TREE: ServedTree = { host: '10.0.2.2:<port>', folder: '/<secret>/tree' };

export const treeUrl = ({ host, folder }: ServedTree): string => `http://${host}${folder}`;
