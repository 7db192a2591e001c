/** What a command and a flag are: data. Parsing, help, shell completion and the README's table all come from it. */

export interface Flag {
  /** The long form, without its dashes. */
  name: string;
  /** The letter. */
  short?: string;
  /** Older names of the same, that Docker still takes. */
  also?: readonly string[];
  /** What its value is called; a switch has none. */
  value?: string;
  /** May be given several times. */
  many?: true;
  /** What it does, in a few words. */
  text: string;
  /** Not one of Docker's. */
  own?: true;
  /** How it differs from Docker's of the same name. */
  differs?: string;
}

export interface Command {
  /** `run`, `volume ls`. */
  name: string;
  /** Other names of the same. */
  aliases?: readonly string[];
  /** What stands behind the name: `[OPTIONS] CONTAINER [CONTAINER...]`. */
  usage: string;
  summary: string;
  flags: readonly Flag[];
  /** How many arguments there are at least. */
  min: number;
  /** How many at most; any number where nothing is said. */
  max?: number;
  /** The first argument ends the flags: what follows belongs to the program inside. */
  program?: true;
  /** Changes what belongs to root alone. */
  needsRoot?: true;
  /** One of Docker's container verbs (`minidocker container stop` is `minidocker stop`). */
  container?: true;
  /** Not one of Docker's. */
  own?: true;
  differs?: string;
  examples?: readonly string[];
  /** What its arguments are, for shell completion. */
  completes?: 'container' | 'running' | 'image' | 'volume' | 'network' | 'file' | 'command';
  /** What does it: loaded when it is needed, so that a command line loads nothing else. */
  load: () => Promise<Verb>;
}

/** @returns the exit code. */
export type Verb = (given: Given) => Promise<number>;

/** A command line, understood. */
export interface Given {
  command: Command;
  flags: Values;
  args: string[];
}

/** The flags that were given, by their long names. */
export class Values {
  readonly #values: Map<string, string[]>;

  constructor(values: Map<string, string[]> = new Map()) {
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value of a flag; of several, the last. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** Each value of a flag that may be given several times. */
  all(name: string): string[] {
    return this.#values.get(name) ?? [];
  }

  /** Is a switch on? */
  on(name: string): boolean {
    return this.text(name) === 'true';
  }
}
