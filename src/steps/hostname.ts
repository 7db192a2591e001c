/** The host name – see sethostname(2), uts_namespaces(7). */
import * as fs from 'node:fs';
import { UsageError } from '../kernel/errors.ts';
import { setdomainname, sethostname } from '../kernel/process.ts';
import { requireOwn } from './guards.ts';
import { codeOf, type Step } from './step.ts';

/** Letters, digits, hyphens and dots, 64 bytes at most (__NEW_UTS_LEN), as RFC 1123 has it. */
const valid = /^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,62}[a-zA-Z0-9])?$/;

/** @param name the new host name. @param domain the NIS domain name, where there is to be one. */
export function hostname(name: string, domain?: string): Step {
  if (!valid.test(name)) {
    throw new UsageError(`${JSON.stringify(name)} is no host name`, {
      remedy: 'use letters, digits, hyphens and dots, 64 at most',
    });
  }
  return {
    name: 'hostname',
    title: `the host name becomes ${name}`,
    explain:
      'Only for the processes of this UTS namespace. The shell shows it in its prompt, which is how one knows where one is.',
    manual: ['sethostname(2)', 'uts_namespaces(7)'],
    calls: [
      `sethostname("${name}", ${name.length})`,
      ...(domain ? [`setdomainname("${domain}", ${domain.length})`] : []),
    ],
    code: codeOf('hostname', name, domain),
    check: (box) => requireOwn(box, 'uts', 'setting the host name'),
    apply(box) {
      sethostname(box.process, name);
      if (domain) setdomainname(box.process, domain);
    },
    observe(box) {
      return { host: fs.readFileSync('/proc/sys/kernel/hostname', 'utf8').trim(), container: nodeName(box.process) };
    },
  };
}

/** The node name of the caller's UTS namespace: uname(2), struct new_utsname, 65 bytes a field. */
function nodeName(by: Parameters<typeof sethostname>[0]): string {
  const uts = Buffer.alloc(6 * 65);
  by.call('uname', uts);
  return uts.toString('utf8', 65, uts.indexOf(0, 65));
}
