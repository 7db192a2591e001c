/* Looks up a user in another root, as a helper does that copies files there: the C library loads what that root's /etc/nsswitch.conf names. */
#define _GNU_SOURCE
#include <pwd.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 2 || chroot(argv[1]) || chdir("/")) return 1;
  getpwnam("somebody");
  return 0;
}
