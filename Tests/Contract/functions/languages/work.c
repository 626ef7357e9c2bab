// What programs in C commonly ask of the kernel: threads, sockets, files, mappings, children, timers, random numbers.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition) do { if (!(condition)) { perror(#condition); exit(1); } } while (0)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int counted;

static void *count(void *unused) {
    (void)unused;
    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(&lock);
        counted++;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void threads(void) {
    pthread_t all[8];
    for (int i = 0; i < 8; i++) CHECK(pthread_create(&all[i], NULL, count, NULL) == 0);
    for (int i = 0; i < 8; i++) CHECK(pthread_join(all[i], NULL) == 0);
    CHECK(counted == 8000);
}

static void sockets(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), pair[2];
    CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 4) == 0);
    CHECK(getsockname(listener, (struct sockaddr *)&address, &length) == 0);
    CHECK(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
    int server = accept(listener, NULL, NULL), set = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    CHECK(epoll_ctl(set, EPOLL_CTL_ADD, server, &event) == 0 && send(client, "hello", 5, 0) == 5);
    CHECK(epoll_wait(set, &event, 1, 5000) == 1);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && write(pair[0], "x", 1) == 1);
    struct addrinfo *found = NULL;
    CHECK(getaddrinfo("localhost", "80", NULL, &found) == 0 && found);
}

static void files(void) {
    char path[] = "/tmp/work-XXXXXX", other[64];
    int file = mkstemp(path);
    CHECK(file >= 0 && ftruncate(file, 65536) == 0 && pwrite(file, "abc", 3, 100) == 3 && fsync(file) == 0);
    char *map = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    CHECK(map != MAP_FAILED && memcmp(map + 100, "abc", 3) == 0 && msync(map, 65536, MS_SYNC) == 0);
    snprintf(other, sizeof other, "%s-renamed", path);
    struct stat status;
    CHECK(fchmod(file, 0600) == 0 && rename(path, other) == 0 && stat(other, &status) == 0 && unlink(other) == 0);
    CHECK(mkdir("/tmp/folder", 0700) == 0 && rmdir("/tmp/folder") == 0);
}

static void children(void) {
    int told[2], status;
    CHECK(pipe(told) == 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(told[1], 1);
        execl("/bin/echo", "echo", "child", (char *)NULL);
        _exit(1);
    }
    char text[8];
    CHECK(read(told[0], text, sizeof text) == 6 && waitpid(child, &status, 0) == child && status == 0);
}

static void clocks(void) {
    struct timespec pause = {.tv_nsec = 1000000}, now;
    unsigned char random[32];
    CHECK(nanosleep(&pause, NULL) == 0 && clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    CHECK(getrandom(random, sizeof random, 0) == sizeof random);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    int signal;
    CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0 && raise(SIGUSR1) == 0 && sigwait(&set, &signal) == 0);
}

int main(void) {
    threads();
    sockets();
    files();
    children();
    clocks();
    puts("done");
    return 0;
}
