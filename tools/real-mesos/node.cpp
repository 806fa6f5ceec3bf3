// Runs one real Mesos 1.11.0 process out of the official library.
//
//   node master                      a master; with $MESOS_ZK it contends for leadership, without it leads at once
//   node agent                       an agent of $MESOS_MASTER (host:port or zk://...)
//   mesos-containerizer launch ...   what an agent starts for each executor: this same program under that name
//   mesos-io-switchboard ...         likewise, beside each container that others may attach to
//
// Flags of Mesos come as MESOS_* variables, and as --flag=value after the mode. LIBRARY is set by the compiler's
// command line, and so is where the loader finds what the library needs: executors inherit the environment of
// their agent, and must not inherit our stand-ins for system libraries with it.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <fstream>
#include <sstream>
#include "layouts.h"
#include "python.h"
#include "switchboard.h"

static const long ZK_SESSION_NS = 10'000'000'000;
static const int POLL_KIND = 0;  // of SocketImpl

static std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

static int containerizer(int argc, char** argv) {
  if (argc < 2 || std::strcmp(argv[1], "launch")) {
    std::fprintf(stderr, "only 'launch' is supported\n");
    return 1;
  }
  char* command = static_cast<char*>(object());
  *reinterpret_cast<Ptr*>(command) = static_cast<char*>(symbol(LAUNCH_VTABLE)) + 16;
  new (command + 8) std::string("launch");
  call<void>(FLAGS_BASE, static_cast<Ptr>(command + 0x28));
  call<void>(LAUNCH_FLAGS, static_cast<Ptr>(command + 0xe0));
  Ptr flags = call<Ptr>(LAUNCH_GET_FLAGS, static_cast<Ptr>(command));
  load_flags(flags, "MESOS_CONTAINERIZER_", argc - 1, argv + 1);
  return call<int>(LAUNCH_EXECUTE, static_cast<Ptr>(command));
}

// Leads at once, in the way of a local cluster that has no agent of its own.
static void lone_master() {
  char* local = static_cast<char*>(construct(LOCAL_FLAGS));
  *reinterpret_cast<std::string*>(local + 8) = variable("MESOS_WORK_DIR");
  *reinterpret_cast<int*>(local + 40) = 0;  // agents
  call<Ptr>(LOCAL_LAUNCH, object(), static_cast<Ptr>(local), static_cast<Ptr>(nullptr));
}

// The registry that masters keep together: a replicated log, found through ZooKeeper.
static Ptr replicated_log(const std::string& zk) {
  const std::string address = zk.substr(std::strlen("zk://"));
  const std::string servers = address.substr(0, address.find('/')), path = address.substr(address.find('/'));
  const int quorum = std::atoi(variable("MESOS_QUORUM").c_str());
  Ptr log = construct(LOG_ZK, quorum, text(variable("MESOS_WORK_DIR") + "/replicated_log"), text(servers),
                      static_cast<Ptr>(new long(ZK_SESSION_NS)), text(path + "/log_replicas"), none(), true,
                      some(std::string("registrar/")));
  return construct(LOGSTORAGE, log, 0UL);
}

static void elected_master(Ptr flags, Ptr files, Ptr realm) {
  const std::string zk = variable("MESOS_ZK");
  Ptr* state = static_cast<Ptr*>(object());
  state[0] = static_cast<char*>(symbol(STATEVT)) + 16;
  state[1] = replicated_log(zk);
  Ptr registrar = construct(REGISTRAR, flags, static_cast<Ptr>(state), realm);
  Ptr contender = create(CONT_CREATE, "master contender", some(zk), none(), some(ZK_SESSION_NS));
  Ptr detector = create(DET_CREATE, "master detector", some(zk), none(), some(ZK_SESSION_NS));
  Ptr allocator = construct(ALLOC);
  spawn(construct(MASTER, allocator, registrar, files, contender, detector, none(), none(), flags), false);
}

// Makes the tokens of executors, if $MESOS_JWT_SECRET_KEY names a key.
static Ptr token_generator() {
  const std::string file = variable("MESOS_JWT_SECRET_KEY");
  if (file.empty()) return nullptr;
  std::stringstream key;
  key << std::ifstream(file).rdbuf();
  return construct(JWT_GENERATOR, text(key.str()));
}

// Where executors reach the agent, if not over TCP: at $MESOS_DOMAIN_SOCKET_LOCATION.
static Ptr executor_socket() {
  if (variable("MESOS_HTTP_EXECUTOR_DOMAIN_SOCKETS") != "true") return none();
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, variable("MESOS_DOMAIN_SOCKET_LOCATION").c_str(), sizeof address.sun_path - 1);
  unlink(address.sun_path);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address)) {
    std::perror(address.sun_path);
    std::exit(1);
  }
  static char result[4096];  // Try<std::shared_ptr<SocketImpl>>
  call<Ptr>(SOCKET_CREATE, static_cast<Ptr>(result), socket, POLL_KIND);
  return some(reinterpret_cast<Option*>(result)->value, 2 * sizeof(Ptr));
}

static void agent(Ptr flags, Ptr files) {
  Ptr fetcher = construct(FETCHER, flags);
  Ptr collector = construct(GC, text(variable("MESOS_WORK_DIR")));
  Ptr secrets = create(SR, "secret resolver", none());
  Ptr containers = create(CONTAINERIZER, "containerizer", flags, false, fetcher, collector, secrets, nullptr, nullptr, nullptr);
  Ptr master = some_unless_empty(variable("MESOS_MASTER"));
  Ptr detector = create(DET_CREATE, "master detector", master, none(), some(ZK_SESSION_NS));
  Ptr updates = construct(TSUM, flags);
  Ptr estimator = create(RE, "resource estimator", none()), qos = create(QOS, "QoS controller", none());
  static Ptr no_csi[4] = {};
  Ptr self = construct(SLAVE, text("slave(1)"), flags, detector, containers, files, collector, updates, estimator, qos,
                       token_generator(), nullptr, nullptr, static_cast<Ptr>(no_csi), executor_socket(), none());
  spawn(self, false);
}

static void initialize(bool is_master) {
  const std::string kind = is_master ? "master" : "agent";
  call<void>(LOGINIT, text("mesos-" + kind), false, none());
  Ptr actor = some(std::string(is_master ? "master" : "slave(1)"));
  call<bool>(INIT, actor, some("mesos-" + kind + "-readwrite"), some("mesos-" + kind + "-readonly"));
  spawn(construct(VERSION), true);
}

int main(int argc, char** argv) {
  const std::string path = argv[0], name = path.substr(path.rfind('/') + 1);
  library = dlopen(LIBRARY, RTLD_LAZY | RTLD_GLOBAL);
  if (!library) {
    std::fprintf(stderr, "cannot load the Mesos library: %s\n", dlerror());
    return 2;
  }
  if (name == "mesos-containerizer") return containerizer(argc, argv);
  if (name == "mesos-io-switchboard") return switchboard(argc, argv);
  const std::string mode = argc > 1 ? argv[1] : "";
  const bool is_master = mode == "master";
  if (!is_master && mode != "agent") {
    std::fprintf(stderr, "usage: node master|agent [--flag=value ...]\n");
    return 64;
  }
  if (is_master && variable("MESOS_ZK").empty()) {
    initialize(is_master);
    lone_master();
  } else {
    Ptr flags = construct(is_master ? MFLAGS : SFLAGS);
    load_flags(flags_base(flags), "MESOS_", argc - 1, argv + 1);
    initialize(is_master);
    Ptr realm = some("mesos-" + mode + "-readonly");
    Ptr files = construct(FILES, realm, none());
    is_master ? elected_master(flags, files, realm) : agent(flags, files);
  }
  for (;;) pause();
}
