/* Exchanges two names again and again, as fast as it can: for races between looking and mounting. Ends with its parent. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int count, char **args) {
  if (count != 3) return 1;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  while (getppid() != 1) {
    for (int i = 0; i < 1000; i++) renameat2(AT_FDCWD, args[1], AT_FDCWD, args[2], RENAME_EXCHANGE);
  }
  return 0;
}
