/** Where the names that an argument can have come from: a command line that prints them. */
import type { Command } from '../definition.ts';

type Source = NonNullable<Command['completes']>;

/** What prints the candidates; files are for the shell itself. */
export const sources: Record<Exclude<Source, 'file'>, string> = {
  container: "minidocker ps -a --format '{{.Names}}' 2>/dev/null",
  running: "minidocker ps --format '{{.Names}}' 2>/dev/null",
  volume: 'minidocker volume ls -q 2>/dev/null',
  network: "minidocker network ls --format '{{.Name}}' 2>/dev/null",
  image: "printf '%s\\n' host busybox",
  command: "minidocker help 2>/dev/null | sed -n 's/^  \\([a-z][a-z ]*[a-z]\\)   .*/\\1/p'",
};

/** Words of a command's flags. */
export const flagWords = (command: Command): string[] =>
  command.flags.flatMap((it) => [`--${it.name}`, ...(it.short ? [`-${it.short}`] : [])]);

/** Flags that need a value. */
export const valueWords = (command: Command): string[] =>
  command.flags
    .filter((it) => it.value !== undefined)
    .flatMap((it) => [`--${it.name}`, ...(it.short ? [`-${it.short}`] : [])]);
