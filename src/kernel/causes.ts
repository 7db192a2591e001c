/** Likely causes of refused calls, as data: what the manual pages say, in the words of somebody who builds a container. */

export interface Cause {
  text: string;
}

const causes: Record<string, string[]> = {
  'unshare EPERM': [
    'the process has no CAP_SYS_ADMIN: run it as root, or make a user namespace first',
    'user.max_*_namespaces or a security module (AppArmor, seccomp) forbids it',
  ],
  'unshare EINVAL': [
    'the process has more than one thread, and user or pid namespaces want one (a blank process has one)',
    'this kernel was built without that kind of namespace',
  ],
  'unshare ENOSPC': ['a limit of /proc/sys/user/max_*_namespaces is reached'],
  'unshare EUSERS': ['more than 32 user namespaces are nested'],
  'setns EINVAL': [
    'the descriptor is not a namespace of that kind',
    'a process with several threads cannot join a user namespace',
    'it is in that user namespace already',
  ],
  'setns EPERM': ['no CAP_SYS_ADMIN in the namespace to be joined'],
  'mount EPERM': [
    'no CAP_SYS_ADMIN in the user namespace that owns this mount namespace',
    'in a user namespace, the flags of a mount from outside are locked (keep its nosuid, nodev, noexec)',
    'proc and sysfs want to be mounted by a process in the pid or network namespace that owns them, where no part of the old one is masked',
  ],
  'mount EBUSY': ['the mount is in use, or the same thing is mounted there already'],
  'mount EINVAL': [
    'the source is no valid file system of that type, or an option is unknown (see dmesg)',
    'a move or a pivot under a shared mount: make / private first',
    'overlay: lowerdir, upperdir and workdir must exist; upperdir and workdir must be on one file system that is no overlay itself',
  ],
  'mount ENOENT': ['the source or the target does not exist'],
  'mount ENODEV': ['this kernel does not know the file system type (is its module loaded?)'],
  'mount ENOTDIR': ['one of source and target is a directory and the other is not'],
  'mount ELOOP': ['the target is a symbolic link'],
  'mount EACCES': [
    'a part of the path may not be searched by this user (in a user namespace other users’ directories stay closed)',
    'a read-only file system was mounted without MS_RDONLY',
  ],
  'umount2 EINVAL': ['nothing is mounted there', 'the mount is locked: it came from a more privileged mount namespace'],
  'umount2 EBUSY': [
    'something still uses a file in it (a working directory, an open file, a mount below): MNT_DETACH lets go of it later',
  ],
  'pivot_root EINVAL': [
    'the new root is no mount point: bind it onto itself first',
    'the parent mount of the new root, or of the present root, is shared: make / private first',
    'the old root would not be below the new one',
    'the present root is the first rootfs (initramfs)',
  ],
  'pivot_root EBUSY': ['the new root is on the file system of the present root: bind it onto itself first'],
  'pivot_root EPERM': ['no CAP_SYS_ADMIN in the user namespace that owns this mount namespace'],
  'sethostname EPERM': ['the UTS namespace belongs to another user namespace, and there is no CAP_SYS_ADMIN in it'],
  'clone EAGAIN': ['a limit of processes is reached (pids.max, ulimit -u, kernel.pid_max)'],
  'clone ENOMEM': [
    'the first process of the pid namespace has ended: nothing can be born there any more',
    'there is no memory left',
  ],
  'clone EPERM': ['no CAP_SYS_ADMIN for a new namespace'],
  'faccessat ENOENT': ['there is no such file in this root'],
  'faccessat EACCES': [
    'the file is no executable (chmod +x), or its file system is mounted noexec',
    'a directory on the way may not be searched by this user',
  ],
  'execve ENOENT': [
    'the file does not exist in this root',
    'it does, but its interpreter (the dynamic loader, or the program after #!) does not',
  ],
  'execve EACCES': [
    'the file is no executable (chmod +x), or its file system is mounted noexec',
    'a directory on the way may not be searched',
  ],
  'execve ENOEXEC': ['it is neither a program of this processor nor does it begin with #!'],
  'execve ENOTDIR': ['a part of the path is no directory'],
  'execve E2BIG': ['arguments and environment together are too large'],
  'execve ETXTBSY': ['somebody has the file open for writing'],
  'capset EPERM': ['a capability that the process does not have cannot be gained'],
  'seccomp EACCES': ['without CAP_SYS_ADMIN the process must set no_new_privs first'],
  'seccomp EINVAL': ['the filter is not valid, or this kernel has no seccomp filters'],
  'setgroups EPERM': ['in a user namespace made without privilege, setgroups is denied'],
  'setresuid EINVAL': ['that user id is not mapped into the user namespace'],
  'setresgid EINVAL': ['that group id is not mapped into the user namespace'],
  'mknodat EPERM': ['no CAP_MKNOD in the first user namespace: bind the device from the host instead'],
  'prlimit64 EPERM': ['a hard limit can only be raised with CAP_SYS_RESOURCE'],
  'write EPERM': ['the kernel does not allow that value, or not to this user'],
  'write EBUSY': ['cgroup v2: a group with processes cannot hand controllers to its children'],
  'write EINVAL': ['the kernel does not accept that value'],
  'openat2 ELOOP': ['a symbolic or magic link where none may be'],
  'openat2 ENOSYS': ['this kernel is older than openat2 (Linux 5.6)'],
  'pidfd_getfd EPERM': ['no right to ptrace that process'],
};

/** Causes of `syscall` failing with `code`, the likeliest first; empty where none is known. */
export function causesOf(syscall: string, code: string): Cause[] {
  return (causes[`${syscall} ${code}`] ?? []).map((text) => ({ text }));
}
