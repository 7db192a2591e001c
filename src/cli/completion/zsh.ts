/** Completion for zsh: its own emulation of bash's does the work – see zshcompsys(1), bashcompinit. */
import { bash } from './bash.ts';

export const zsh = (): string => `#compdef minidocker
# zsh completion for minidocker: source <(minidocker completion zsh)
autoload -U +X compinit && compinit -i
autoload -U +X bashcompinit && bashcompinit
${bash()}`;
