/*
 * What a program sees from where it runs: one fact a line, "section<TAB>key<TAB>value". It runs inside the container as a static binary, so that
 * nothing but the kernel answers. Two runtimes are compared by comparing the lines.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *result(long value) { return value < 0 ? strerrorname_np(errno) : "ok"; }

/* Credentials and the like, as /proc/self/status tells them. */
static void status(void) {
  static const char *wanted[] = {"Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "SigBlk", "SigIgn", "NSpid", "Umask", NULL};
  FILE *file = fopen("/proc/self/status", "r");
  char line[4096];
  while (file && fgets(line, sizeof line, file)) {
    char *colon = strchr(line, ':');
    if (!colon) continue;
    *colon = 0;
    for (int i = 0; wanted[i]; i++) {
      if (strcmp(line, wanted[i])) continue;
      char *value = colon + 1 + strspn(colon + 1, "\t ");
      value[strcspn(value, "\n")] = 0;
      for (char *c = value; *c; c++) if (*c == '\t') *c = ' ';
      printf("status\t%s\t%s\n", line, value);
    }
  }
  if (file) fclose(file);
  char text[4096];
  printf("process\tcwd\t%s\n", getcwd(text, sizeof text) ? text : strerrorname_np(errno));
  gethostname(text, sizeof text);
  printf("process\thostname\t%s\n", text);
  printf("process\tdumpable\t%d\n", prctl(PR_GET_DUMPABLE));
  for (char **entry = environ; *entry; entry++) {
    char *equals = strchr(*entry, '=');
    if (equals) printf("environment\t%.*s\t%s\n", (int)(equals - *entry), *entry, equals + 1);
  }
  DIR *fds = opendir("/proc/self/fd");
  for (struct dirent *it; fds && (it = readdir(fds));) if (it->d_name[0] != '.' && atoi(it->d_name) != dirfd(fds)) printf("descriptor\t%s\topen\n", it->d_name);
  if (fds) closedir(fds);
  FILE *oom = fopen("/proc/self/oom_score_adj", "r");
  if (oom && fgets(text, sizeof text, oom)) printf("process\toom_score_adj\t%d\n", atoi(text));
  if (oom) fclose(oom);
}

static void namespaces(void) {
  static const char *kinds[] = {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts", NULL};
  for (int i = 0; kinds[i]; i++) {
    char path[64], link[64];
    snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
    ssize_t length = readlink(path, link, sizeof link - 1);
    if (length > 0) printf("namespace\t%s\t%.*s\n", kinds[i], (int)length, link);
  }
}

/* Of each mount: where, of which kind, with which options, and whether it propagates. */
static void mounts(void) {
  FILE *file = fopen("/proc/self/mountinfo", "r");
  char line[8192];
  while (file && fgets(line, sizeof line, file)) {
    char where[1024], options[1024], rest[4096], kind[128];
    if (sscanf(line, "%*s %*s %*s %*s %1023s %1023s %4095[^\n]", where, options, rest) != 3) continue;
    char *dash = strstr(rest, "- ");
    if (!dash || sscanf(dash, "- %127s", kind) != 1) continue;
    const char *shared = strstr(rest, "shared:") ? " shared" : strstr(rest, "master:") ? " slave" : "";
    printf("mount\t%s\t%s %s%s\n", where, kind, options, shared);
  }
  if (file) fclose(file);
}

static void devices(const char *folder) {
  DIR *dir = opendir(folder);
  for (struct dirent *it; dir && (it = readdir(dir));) {
    if (it->d_name[0] == '.') continue;
    char path[1024], target[256];
    struct stat about;
    snprintf(path, sizeof path, "%s/%s", folder, it->d_name);
    if (lstat(path, &about)) continue;
    if (S_ISCHR(about.st_mode)) printf("device\t%s\tc %u:%u %o\n", path, major(about.st_rdev), minor(about.st_rdev), about.st_mode & 07777);
    else if (S_ISBLK(about.st_mode)) printf("device\t%s\tb %u:%u %o\n", path, major(about.st_rdev), minor(about.st_rdev), about.st_mode & 07777);
    else if (S_ISDIR(about.st_mode)) printf("device\t%s\tdirectory %o\n", path, about.st_mode & 07777);
    else if (S_ISLNK(about.st_mode)) {
      ssize_t length = readlink(path, target, sizeof target - 1);
      printf("device\t%s\t-> %.*s\n", path, length > 0 ? (int)length : 0, target);
    }
  }
  if (dir) closedir(dir);
}

/* May devices be used that are not in /dev? Makes each one, tries to open it, and removes it. */
static void device_access(void) {
  static const struct { char kind; int major, minor; } tries[] = {{'c', 1, 1}, {'c', 1, 3}, {'c', 1, 5}, {'c', 1, 7}, {'c', 1, 8}, {'c', 1, 9}, {'c', 1, 11}, {'c', 5, 0}, {'c', 5, 2}, {'c', 10, 200}, {'c', 10, 229}, {'b', 7, 0}, {'b', 254, 0}};
  for (unsigned i = 0; i < sizeof tries / sizeof *tries; i++) {
    const char *path = "/tmp/report-device";
    int made = mknod(path, (tries[i].kind == 'c' ? S_IFCHR : S_IFBLK) | 0600, makedev(tries[i].major, tries[i].minor));
    printf("mknod\t%c %d:%d\t%s\n", tries[i].kind, tries[i].major, tries[i].minor, result(made));
    if (made) continue;
    /* What counts is whether access is forbidden: a device that does not exist is ENXIO. */
    int fd = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY);
    printf("open\t%c %d:%d\t%s\n", tries[i].kind, tries[i].major, tries[i].minor, fd < 0 && (errno == EPERM || errno == EACCES) ? "forbidden" : "allowed");
    if (fd >= 0) close(fd);
    unlink(path);
  }
}

static void limits(void) {
  for (int i = 0; i < RLIM_NLIMITS; i++) {
    struct rlimit limit;
    if (!getrlimit(i, &limit)) printf("rlimit\t%d\t%lld %lld\n", i, (long long)limit.rlim_cur, (long long)limit.rlim_max);
  }
}

/* Directories and single files that this program could write to. */
static void writable(const char *path, int depth) {
  struct stat about;
  if (lstat(path, &about) || !S_ISDIR(about.st_mode)) return;
  printf("writable\t%s\t%s\n", path, result(access(path, W_OK)));
  DIR *dir = depth > 0 ? opendir(path) : NULL;
  for (struct dirent *it; dir && (it = readdir(dir));) {
    if (it->d_name[0] == '.' || (!strcmp(path, "/proc") && strspn(it->d_name, "0123456789") == strlen(it->d_name))) continue;
    char child[1024];
    snprintf(child, sizeof child, "%s/%s", strcmp(path, "/") ? path : "", it->d_name);
    writable(child, depth - 1);
  }
  if (dir) closedir(dir);
}

static void kernel_files(void) {
  static const char *paths[] = {"/proc/sys/kernel/hostname", "/proc/sys/kernel/core_pattern", "/proc/sys/net/ipv4/ip_forward", "/proc/sysrq-trigger", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/scsi", "/proc/acpi", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/self/attr/current", "/sys/kernel/uevent_helper", "/sys/firmware", "/sys/fs/cgroup", NULL};
  for (int i = 0; paths[i]; i++) {
    char byte;
    int fd = open(paths[i], O_WRONLY | O_NONBLOCK);
    printf("write\t%s\t%s\n", paths[i], result(fd));
    if (fd >= 0) close(fd);
    fd = open(paths[i], O_RDONLY | O_NONBLOCK);
    long length = fd < 0 ? -1 : read(fd, &byte, 1);
    printf("read\t%s\t%s\n", paths[i], length == 0 ? "empty" : result(length));
    if (fd >= 0) close(fd);
  }
  static const char *sysctls[] = {"/proc/sys/net/ipv4/ip_unprivileged_port_start", "/proc/sys/net/ipv4/ping_group_range", NULL};
  for (int i = 0; sysctls[i]; i++) {
    char text[256] = "";
    FILE *file = fopen(sysctls[i], "r");
    if (file && fgets(text, sizeof text, file)) text[strcspn(text, "\n")] = 0;
    if (file) fclose(file);
    for (char *c = text; *c; c++) if (*c == '\t') *c = ' ';
    printf("sysctl\t%s\t%s\n", sysctls[i], text);
  }
}

#if defined(__x86_64__)
#include <sys/user.h>
static void skip_call(pid_t pid) { ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), -1L); }
#elif defined(__aarch64__)
#include <linux/elf.h>
static void skip_call(pid_t pid) {
  int number = -1;
  struct iovec value = {&number, sizeof number};
  ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &value);
}
#endif

/* A system call to try, and its first argument. */
struct attempt { const char *name; long number, first; };

#define ATTEMPTS 1024
/* Shared by the child, which tries, and the parent, which is asked. */
static struct { int current, allowed[ATTEMPTS], code[ATTEMPTS]; } *shared;

#define OURS 0x7a57

static void child_tries(const struct attempt *attempts, int count) {
  struct sock_filter lines[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OURS, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof lines / sizeof *lines, lines};
  if (ptrace(PTRACE_TRACEME, 0, 0, 0)) _exit(97);
  raise(SIGSTOP);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) _exit(98);
  for (; shared->current < count; shared->current++) {
    const struct attempt *it = attempts + shared->current;
    long value = syscall(it->number, it->first, 0L, 0L, 0L, 0L, (long)OURS);
    shared->code[shared->current] = value < 0 ? errno : 0;
  }
  _exit(0);
}

/*
 * What the container's filter answers to a call, without the call being made: the child adds a filter of its own that answers "ask the tracer", which
 * loses against every refusal. So the tracer is asked only about calls that are allowed, and has them skipped.
 */
static void seccomp_results(const struct attempt *attempts, int count) {
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  while (shared->current < count) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) child_tries(attempts, count);
    int state;
    waitpid(child, &state, 0);
    if (!WIFSTOPPED(state)) { printf("seccomp\t*\tcannot trace\n"); return; }
    ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL);
    ptrace(PTRACE_CONT, child, 0, 0);
    while (waitpid(child, &state, 0) == child && WIFSTOPPED(state)) {
      int number = WSTOPSIG(state) == SIGTRAP ? 0 : WSTOPSIG(state);
      if (state >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
        shared->allowed[shared->current] = 1;
        skip_call(child);
      }
      ptrace(PTRACE_CONT, child, 0, (long)number);
    }
    /* uretprobe is exempt from seccomp, and ends whoever calls it without a probe. */
    if (WIFSIGNALED(state)) shared->code[shared->current++] = -1;
    else if (shared->current < count) { printf("seccomp\t*\tcannot try (%d)\n", WEXITSTATUS(state)); return; }
  }
  for (int i = 0; i < count; i++) {
    const char *answer = shared->allowed[i] ? "allowed" : shared->code[i] < 0 ? "killed" : shared->code[i] ? strerrorname_np(shared->code[i]) : "ok";
    printf("seccomp\t%s\t%s\n", attempts[i].name, answer);
  }
}

static void seccomp(void) {
  static const struct attempt special[] = {
      {"clone(SIGCHLD)", SYS_clone, 17}, {"clone(CLONE_NEWUSER)", SYS_clone, 0x10000000}, {"clone(CLONE_NEWNET)", SYS_clone, 0x40000000},
      {"socket(AF_UNIX)", SYS_socket, 1}, {"socket(AF_PACKET)", SYS_socket, 17}, {"socket(AF_ALG)", SYS_socket, 38}, {"socket(AF_QIPCRTR)", SYS_socket, 42}, {"socket(AF_VSOCK)", SYS_socket, 40},
      {"personality(0)", SYS_personality, 0}, {"personality(ADDR_NO_RANDOMIZE)", SYS_personality, 0x40000},
  };
  static struct attempt attempts[ATTEMPTS];
  static char names[ATTEMPTS][8];
  int count = 0;
  for (int number = 0; number < 480; number++) {
    snprintf(names[number], sizeof *names, "%d", number);
    attempts[count++] = (struct attempt){names[number], number, 0};
  }
  for (unsigned i = 0; i < sizeof special / sizeof *special; i++) attempts[count++] = special[i];
  seccomp_results(attempts, count);
}

int main(int count, char **args) {
  status();
  if (count > 1 && !strcmp(args[1], "status")) return 0;
  namespaces();
  mounts();
  devices("/dev");
  device_access();
  limits();
  writable("/", 3);
  kernel_files();
  seccomp();
  return 0;
}
