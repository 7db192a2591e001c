/** Completion for bash – see bash(1), "Programmable Completion". */
import { commands } from '../table/commands.ts';
import { flagWords, sources, valueWords } from './sources.ts';

const firstWords = (): string[] => [...new Set([...commands.map((it) => it.name.split(' ')[0]!), 'container'])];

const secondWords = (group: string): string[] =>
  commands
    .filter((it) => it.name.startsWith(`${group} `) || (group === 'container' && it.container))
    .map((it) => it.name.replace(`${group} `, ''));

const groups = (): string[] => firstWords().filter((it) => secondWords(it).length > 0);

/** A branch of the case: flags, flags with values, and what prints the names of arguments. */
const branches = (): string[] =>
  commands.flatMap((command) => {
    const source = command.completes && command.completes !== 'file' ? sources[command.completes] : '';
    const names = [command.name, ...(command.container ? [`container ${command.name}`] : [])];
    return [
      `    ${names.map((it) => `'${it}'`).join('|')})`,
      `      flags='${flagWords(command).join(' ')} --help'`,
      `      values=' ${valueWords(command).join(' ')} '`,
      `      source="${source.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
      '      ;;',
    ];
  });

export const bash = (): string => `# bash completion for minidocker: source <(minidocker completion bash)
_minidocker() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  local command=\${COMP_WORDS[1]} flags='' values='' source='' i
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${firstWords().join(' ')} --version --help --debug --log-level --log-format' -- "$word"))
    return
  fi
  case $command in
${groups()
  .map(
    (it) =>
      `    ${it})\n      if ((COMP_CWORD == 2)); then COMPREPLY=($(compgen -W '${secondWords(it).join(' ')}' -- "$word")); return; fi\n      command="${it} \${COMP_WORDS[2]}"\n      ;;`,
  )
  .join('\n')}
  esac
  case $command in
${branches().join('\n')}
  esac
  if [[ $values == *" $before "* ]]; then
    COMPREPLY=($(compgen -f -- "$word"))
  elif [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
  elif [[ -n $source ]]; then
    COMPREPLY=($(compgen -W "$(eval "$source")" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _minidocker minidocker`;
