/* Types a letter into the terminal at standard input, as if somebody had pressed the key: TIOCSTI(2const). Tells what the kernel said. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

int main(void) {
  char letter = 'x';
  int result = ioctl(0, TIOCSTI, &letter);
  printf("%s\n", result < 0 ? strerrorname_np(errno) : "typed");
  return 0;
}
