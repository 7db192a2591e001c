/** The loopback link goes up – see netdevice(7). */
import { AF, IOCTL, SOCK } from '../kernel/constants.ts';
import { close } from '../kernel/file.ts';
import { requireOwn } from './guards.ts';
import { codeOf, type Step } from './step.ts';

const IFF_UP = 1;
/** struct ifreq: the name in 16 bytes, then the flags. */
const IFREQ = 40;

export function loopback(): Step {
  return {
    name: 'loopback',
    title: 'the link lo goes up',
    explain:
      'A new network namespace has one link, lo, and it is down: not even 127.0.0.1 answers. When it goes up the kernel gives it its addresses.',
    manual: ['network_namespaces(7)', 'netdevice(7)'],
    calls: ['ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, {"lo", IFF_UP})'],
    code: codeOf('loopback'),
    check: (box) => requireOwn(box, 'net', 'bringing a link up'),
    apply(box) {
      const request = Buffer.alloc(IFREQ);
      request.write('lo');
      const fd = box.process.call('socket', AF.INET, SOCK.DGRAM | SOCK.CLOEXEC, 0);
      try {
        box.process.call('ioctl', fd, IOCTL.SIOCGIFFLAGS, request);
        request.writeInt16LE(request.readInt16LE(16) | IFF_UP, 16);
        box.process.call('ioctl', fd, IOCTL.SIOCSIFFLAGS, request);
      } finally {
        close(box.process, fd);
      }
    },
    observe(box) {
      const request = Buffer.alloc(IFREQ);
      request.write('lo');
      const fd = box.process.call('socket', AF.INET, SOCK.DGRAM | SOCK.CLOEXEC, 0);
      try {
        box.process.call('ioctl', fd, IOCTL.SIOCGIFFLAGS, request);
      } finally {
        close(box.process, fd);
      }
      return { lo: request.readInt16LE(16) & IFF_UP ? 'up' : 'down' };
    },
  };
}
