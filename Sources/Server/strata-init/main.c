// strata-init enters a sandbox. The server starts it with
//   0 /dev/null   1, 2 the output pipe   3 the control socket   4 the plan
// and everything it does is the recipe in CSandbox. There is nothing for people to run here.
#include <CSandbox.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define CONTROL 3
#define PLAN 4

int main(void) {
    if (fcntl(CONTROL, F_SETFD, FD_CLOEXEC) != 0 || fcntl(PLAN, F_SETFD, FD_CLOEXEC) != 0) {
        fputs("strata-init is started by the strata server, not by hand\n", stderr);
        return 2;
    }
    return strata_sandbox_run(CONTROL, PLAN);
}
