/** Kernel arguments for the screen and the first serial port; the last one named is the console of the system's own messages. */
export const SERIAL_CONSOLE = 'console=tty0 console=ttyS0,115200n8';

/** Those of them that are not among the arguments yet. */
export function consolesLacking(args: string): string {
  const present = args.split(/\s+/);
  return SERIAL_CONSOLE.split(' ')
    .filter((word) => !present.includes(word))
    .join(' ');
}
