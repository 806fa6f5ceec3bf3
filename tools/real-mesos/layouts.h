// How the library lays out the values that cross into it, and how to call it without its headers.
// Objects are created in zeroed memory larger than any of them and are never freed: the process ends by a
// signal. Layouts and offsets hold for the one build that official.py pins by its SHA-256.
#pragma once
#include <dlfcn.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include "symbols.h"

using Ptr = void*;
static Ptr library;

static Ptr symbol(const char* name) {
  if (Ptr address = dlsym(library, name)) return address;
  std::fprintf(stderr, "the library has no symbol %s\n", name);
  std::exit(3);
}
template <typename R, typename... A> static R call(const char* name, A... args) {
  return reinterpret_cast<R (*)(A...)>(symbol(name))(args...);
}
static Ptr object() { return std::calloc(1, 1 << 18); }
// A new object, made by its constructor.
template <typename... A> static Ptr construct(const char* constructor, A... args) {
  Ptr self = object();
  call<void>(constructor, self, args...);
  return self;
}
static Ptr text(const std::string& value) { return new std::string(value); }

// stout's Option<T>: a state (0 some, 1 none), then the value.
struct Option {
  int state;
  alignas(8) char value[120];
  Option() { std::memset(this, 0, sizeof *this); state = 1; }
  explicit Option(const std::string& s) { std::memset(this, 0, sizeof *this); new (value) std::string(s); }
  explicit Option(long n) { std::memset(this, 0, sizeof *this); std::memcpy(value, &n, sizeof n); }
};
static Ptr none() { return new Option(); }
static Ptr some(const std::string& s) { return new Option(s); }
static Ptr some(long n) { return new Option(n); }
static Ptr some_unless_empty(const std::string& s) { return s.empty() ? none() : some(s); }

// stout's Try<T*>: Option<T*>, then Option<Error>.
struct TryPtr {
  int state;
  alignas(8) Ptr value;
  int error_state;
  alignas(8) char error[64];
  Ptr get(const char* what) {
    if (state == 0) return value;
    std::fprintf(stderr, "%s: %s\n", what, reinterpret_cast<std::string*>(error)->c_str());
    std::exit(1);
  }
};
// stout's Option<T> around what the library made: a value of this many bytes.
static Ptr some(const Ptr value, size_t size) {
  Option* option = new Option();
  option->state = 0;
  std::memcpy(option->value, value, size);
  return option;
}
// What a static function that returns Try<T*> made.
template <typename... A> static Ptr create(const char* name, const char* what, A... args) {
  static char result[4096];
  std::memset(result, 0, sizeof result);
  call<Ptr>(name, static_cast<Ptr>(result), args...);
  return reinterpret_cast<TryPtr*>(result)->get(what);
}

// The same inheritance as the library's flags, so that the compiler finds their virtual base. Each has a member, because
// bases without any are laid out in another way.
namespace shape {
struct FlagsBase { virtual ~FlagsBase() {} Ptr any; };
struct Logging : virtual FlagsBase { Ptr any; };
struct Flags : virtual Logging { Ptr any; };
}
static Ptr flags_base(Ptr flags) { return static_cast<shape::FlagsBase*>(static_cast<shape::Flags*>(flags)); }

// Reads flags from the command line and from variables that begin with `prefix`; ends the process on a bad one.
static void load_flags(Ptr base, const char* prefix, int argc, char** argv) {
  static char result[4096];  // Try<Warnings>
  std::memset(result, 0, sizeof result);
  call<Ptr>(LOAD, static_cast<Ptr>(result), base, some(std::string(prefix)), argc, argv, false, false);
  if (*reinterpret_cast<int*>(result) == 0) return;
  std::fprintf(stderr, "%s\n", reinterpret_cast<std::string*>(result + 40)->c_str());
  std::exit(1);
}

// Starts a libprocess actor, whose only virtual base is process::ProcessBase.
static void spawn(Ptr actor, bool manage) {
  long offset = (*static_cast<long**>(actor))[-3];
  call<Ptr>(SPAWN, object(), static_cast<Ptr>(static_cast<char*>(actor) + offset), manage);
}
