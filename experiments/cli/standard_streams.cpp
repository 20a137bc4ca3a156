#include "experiments/cli/standard_streams.hpp"

#include <initializer_list>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

namespace faasconf::experiments::cli {

void prepare_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0) continue;
    // the lowest free descriptor is this one; answers that nobody can read are then failures
    const int opened = ::open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    if (opened >= 0 && opened != descriptor) ::close(opened);
  }
  ::signal(SIGPIPE, SIG_IGN);
}

bool is_broken_pipe(int descriptor) {
  struct pollfd asked {};
  asked.fd = descriptor;
  return ::poll(&asked, 1, 0) > 0 && (asked.revents & POLLERR) != 0;
}

}  // namespace faasconf::experiments::cli
