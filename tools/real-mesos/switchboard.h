// mesos-io-switchboard: what an agent starts beside each container whose input and output others may attach to.
// It is the agent's own server on a domain socket, in a process of its own.
#pragma once
#include <csignal>
#include <thread>
#include "layouts.h"

// As the library lays out its flags for this server.
template <typename T> struct Given {
  int state;
  T value;
};
struct SwitchboardFlags : virtual shape::FlagsBase {
  bool tty;
  Given<int> stdin_to, stdout_from, stdout_to, stderr_from, stderr_to;
  Given<std::string> socket_path;
  bool wait_for_connection;
  Given<long> heartbeat_interval;
};
static const int FUTURE_READY = 1;
static const long AT_MOST_NS = 9'223'372'036'854'775'807;

// The server that the agent's flags ask for: the pointer in a Try<Owned<IOSwitchboardServer>>.
static Ptr switchboard_server(const SwitchboardFlags& flags) {
  static char result[4096];
  Ptr heartbeat = flags.heartbeat_interval.state == 0 ? some(flags.heartbeat_interval.value) : none();
  call<Ptr>(SWITCHBOARD_CREATE, static_cast<Ptr>(result), flags.tty, flags.stdin_to.value, flags.stdout_from.value,
            flags.stdout_to.value, flags.stderr_from.value, flags.stderr_to.value, text(flags.socket_path.value),
            flags.wait_for_connection, heartbeat);
  if (*reinterpret_cast<int*>(result) == 0) return **reinterpret_cast<Ptr**>(result + 8);
  std::fprintf(stderr, "no I/O switchboard on %s\n", flags.socket_path.value.c_str());
  std::exit(1);
}

// Ends when the container's output has ended and has been read. On SIGTERM, by which the agent says that nobody will
// attach any more, it waits for nobody.
static int switchboard(int argc, char** argv) {
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &end, nullptr);  // before the library has threads, which inherit it
  std::signal(SIGPIPE, SIG_IGN);
  Ptr flags = construct(SWITCHBOARD_FLAGS);
  auto* given = static_cast<SwitchboardFlags*>(flags);
  load_flags(static_cast<shape::FlagsBase*>(given), "MESOS_IO_SWITCHBOARD_", argc, argv);
  Ptr server = switchboard_server(*given);
  std::thread([server, end] {
    int signal = 0;
    sigwait(&end, &signal);
    call<Ptr>(SWITCHBOARD_UNBLOCK, object(), server);
  }).detach();
  Ptr run = object();  // Future<Nothing>
  call<Ptr>(SWITCHBOARD_RUN, run, server);
  call<bool>(FUTURE_AWAIT, run, static_cast<Ptr>(new long(AT_MOST_NS)));
  const bool good = (*static_cast<int**>(run))[1] == FUTURE_READY;
  if (!good) std::fprintf(stderr, "I/O switchboard: %s\n", call<std::string*>(FUTURE_FAILURE, run)->c_str());
  call<void>(SWITCHBOARD_END, server);
  return good ? 0 : 1;
}
