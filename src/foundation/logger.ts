/** Where modules write what a developer wants to know; the user's progress goes through build events instead. */
export type Logger = {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
};

export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {} };
