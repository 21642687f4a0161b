import type { Logger } from '../foundation/logger.ts';

/** What every tool of one piece of work gets. */
export type ToolContext = { readonly logger?: Logger; readonly signal?: AbortSignal };
