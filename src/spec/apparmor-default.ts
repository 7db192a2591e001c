/** The AppArmor profile of containers that ask for none, equal in what it means to Docker's docker-default – see apparmor.d(5). */

export const DEFAULT_APPARMOR = 'minidocker-default';

/** Whatever is mounted where: nothing of the kernel's that reaches the host is written to, and nothing is mounted. */
export const defaultApparmorText = `@{PROC}=/proc/

profile ${DEFAULT_APPARMOR} flags=(attach_disconnected,mediate_deleted) {
  network,
  capability,
  file,
  umount,

  signal (receive) peer=unconfined,
  signal (send,receive) peer=${DEFAULT_APPARMOR},
  ptrace (trace,read,tracedby,readby) peer=${DEFAULT_APPARMOR},

  deny mount,

  deny @{PROC}/* w,
  deny @{PROC}/{[^1-9],[^1-9][^0-9],[^1-9s][^0-9y][^0-9s],[^1-9][^0-9][^0-9][^0-9/]*}/** w,
  deny @{PROC}/sys/[^k]** w,
  deny @{PROC}/sys/kernel/{?,??,[^s][^h][^m]**} w,
  deny @{PROC}/sysrq-trigger rwklx,
  deny @{PROC}/kcore rwklx,

  deny /sys/[^f]*/** wklx,
  deny /sys/f[^s]*/** wklx,
  deny /sys/fs/[^c]*/** wklx,
  deny /sys/fs/c[^g]*/** wklx,
  deny /sys/fs/cg[^r]*/** wklx,
  deny /sys/firmware/** rwklx,
  deny /sys/devices/virtual/powercap/** rwklx,
  deny /sys/kernel/security/** rwklx,
}
`;
