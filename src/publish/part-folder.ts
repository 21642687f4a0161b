import { abandonedFolders, makeOwnFolder } from '../foundation/own-folder.ts';

const PREFIX = '.kiln-partition-';

/** Makes a folder of this process's own beside an image, after taking away what killed ones left there. */
export const makePartFolder = (beside: string): Promise<string> => makeOwnFolder(beside, PREFIX);

/** Folders of parts whose process is gone. */
export const abandonedPartFolders = (beside: string): Promise<readonly string[]> =>
  abandonedFolders(beside, PREFIX);
