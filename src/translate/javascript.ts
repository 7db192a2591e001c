/** As a program for Node: what was typed at the prompt, so that it runs by itself. */
import type { Subject } from './subject.ts';

export function javascript({ options, steps }: Subject): string {
  return [
    "import { makeBox, steps } from 'minidocker';",
    '',
    `const { box, remove } = makeBox(${JSON.stringify(options)});`,
    'try {',
    ...steps.map((it) => `  await box.apply(${it.code});`),
    ...(steps.at(-1)?.name === 'program' ? ['  await box.wait();'] : []),
    '} finally {',
    '  await remove();',
    '}',
  ].join('\n');
}
