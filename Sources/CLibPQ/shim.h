#include <libpq-fe.h>
// What the reactor needs of Linux and Swift's Glibc module leaves out.
#include <sys/epoll.h>
#include <sys/eventfd.h>
