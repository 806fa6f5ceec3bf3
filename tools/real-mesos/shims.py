"""Builds stand-ins for the system libraries of 2016 that the official build was linked with.

Each symbol jumps to the one of that meaning in the system's library of today, or returns 0 where none is left
(the locking callbacks of OpenSSL 1.0, and all of curl). TLS inside Mesos does not work this way, because its
code knows the memory layout of OpenSSL 1.0.
"""

import re
import subprocess

SYSTEM = {"libssl": "libssl.so.3", "libcrypto": "libcrypto.so.3", "libcurl": ""}
# OpenSSL 3 has these under a new name.
RENAMED = {
    "SSLv23_method": "TLS_method",
    "SSL_get_peer_certificate": "SSL_get1_peer_certificate",
    "SSL_state": "SSL_get_state",
    "sk_new_null": "OPENSSL_sk_new_null",
    "sk_num": "OPENSSL_sk_num",
    "sk_pop_free": "OPENSSL_sk_pop_free",
    "sk_push": "OPENSSL_sk_push",
    "sk_value": "OPENSSL_sk_value",
}
SOURCE = """\
#define _GNU_SOURCE
#include <dlfcn.h>
static long nothing(void) {{ return 0; }}
__attribute__((visibility("hidden"))) void *targets[{count}];
static const char *names[] = {{{names}}};
__attribute__((constructor)) static void bind(void) {{
  void *library = "{system}"[0] ? dlopen("{system}", RTLD_NOW | RTLD_LOCAL) : 0;
  for (int i = 0; i < {count}; i++) {{
    void *found = library ? dlsym(library, names[i]) : 0;
    targets[i] = found ? found : (void *)nothing;
  }}
}}
"""
JUMP = '__asm__(".text\\n.globl {name}\\n.type {name},@function\\n{name}: jmp *targets+{offset}(%rip)\\n");\n'


def build(library, folder):
    """Writes one shared library into `folder` for each that `library` wants and that has a stand-in."""
    folder.mkdir()
    for soname, by_version in wanted(library).items():
        compile_shim(folder / soname, soname, by_version)


def wanted(library):
    """{soname: {symbol version: [names]}} of the undefined symbols."""
    versions, found = symbol_versions(library), {}
    for line in readelf("--dyn-syms", library):
        if symbol := re.search(r"UND (\S+?)@\S+ \((\d+)\)", line):
            soname, version = versions[int(symbol[2])]
            if soname.split(".")[0] in SYSTEM:
                found.setdefault(soname, {}).setdefault(version, []).append(symbol[1])
    return found


def symbol_versions(library):
    """{index: (soname, version)}"""
    versions, soname = {}, None
    for line in readelf("-V", library):
        if file := re.search(r"File: (\S+)", line):
            soname = file[1]
        elif soname and (version := re.search(r"Name: (\S+)\s+Flags.*Version: (\d+)", line)):
            versions[int(version[2])] = (soname, version[1])
    return versions


def readelf(option, library):
    command = ["readelf", option, "-W", str(library)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def compile_shim(target, soname, by_version):
    names = [name for group in by_version.values() for name in group]
    quoted = ",".join(f'"{RENAMED.get(name, name)}"' for name in names)
    text = SOURCE.format(count=len(names), names=quoted, system=SYSTEM[soname.split(".")[0]])
    text += "".join(JUMP.format(name=name, offset=8 * i) for i, name in enumerate(names))
    source, versions = target.with_suffix(".c"), target.with_suffix(".map")
    source.write_text(text)
    versions.write_text("".join(f"{v} {{ global: {'; '.join(group)}; }};\n" for v, group in sorted(by_version.items())))
    options = ["-shared", "-fPIC", "-O1", "-w", f"-Wl,--version-script={versions}", f"-Wl,-soname,{soname}"]
    subprocess.run(["gcc", *options, "-o", str(target), str(source), "-ldl"], check=True)
