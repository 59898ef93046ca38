"""The inside of the sandbox: shuts this process in, then becomes the program's interpreter.

    python -I -S jail.py WANTED-AS-JSON < program

Only the standard library is used, and no module of unleak: the file is run by its path. Linux:

- namespaces of its own for mounts, processes, network (no interface, not even loopback is up),
  System V objects and host name (`unshare(2)`); a user without root's rights also gets a user
  namespace (`user_namespaces(7)`), in which alone it has the right to make the others;
- a new root (`pivot_root(2)`) that holds the interpreter and the system's libraries, read-only
  (`mount_setattr(2)`, Linux 5.12), and an empty /tmp in memory of limited size: no home, no /proc,
  no /dev, nothing else of this machine is there to be read or written;
- no rights: an unprivileged user, `no_new_privs`, no capabilities;
- limits on processor time, memory, file size, open files, processes (one) (`setrlimit(2)`);
- a filter (`seccomp(2)`) against new processes, sockets, namespaces and the kernel's less common
  doors. It is a list of what is refused: the rest of the walls stand without it.

If one of them cannot be had, one line that says which goes to the descriptor `refusal`, which the
program does not inherit, and nothing is run.
"""

import ctypes
import json
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Callable, Sequence

_NOBODY = 65534
_OWN = "/tmp"  # noqa: S108 - new, and of this process alone

_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000
# Processes, network, System V objects, host name.
_NEW_REST = 0x20000000 | 0x40000000 | 0x08000000 | 0x04000000
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_MS_NOSUID, _MS_NODEV = 2, 4
_DETACH = 2
_AT_RECURSIVE, _READ_ONLY, _NO_SETUID, _NO_DEVICES = 0x8000, 1, 2, 4
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SYS_MOUNT_SETATTR = 442  # the same number on every architecture

# machine: (its AUDIT_ARCH, numbers of refused calls).
# clone, fork, vfork, clone3; socket, socketpair; unshare, setns, mount, pivot_root; ptrace,
# process_vm_writev; add_key, request_key, keyctl; bpf, perf_event_open, userfaultfd,
# io_uring_setup.
_FILTERS = {
    "x86_64": (
        0xC000003E,
        (56, 57, 58, 435, 41, 53, 272, 308, 165, 155, 101, 311, 248, 249, 250, 321, 298, 323, 425),
    ),
    "aarch64": (
        0xC00000B7,
        (220, 435, 198, 199, 97, 268, 40, 41, 117, 271, 217, 218, 219, 280, 241, 282, 425),
    ),
}
_EPERM = 1

_libc = ctypes.CDLL(None, use_errno=True)


class Refused(Exception):  # noqa: N818 - the message is the name of a wall
    """A part of the isolation cannot be had."""


def _must(result: int, what: str) -> None:
    if result != 0:
        raise Refused(f"{what}: {os.strerror(ctypes.get_errno())}")


def _mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
    arguments = [t.encode() if t is not None else None for t in (source, target, kind)]
    _must(_libc.mount(*arguments, ctypes.c_ulong(flags), data.encode()), f"mounting {target}")


def _read_only(path: str, recursive: bool) -> None:
    attributes = struct.pack("QQQQ", _READ_ONLY | _NO_SETUID | _NO_DEVICES, 0, 0, 0)
    flags = _AT_RECURSIVE if recursive else 0
    found = _libc.syscall(
        _SYS_MOUNT_SETATTR, -100, path.encode(), flags, attributes, len(attributes)
    )
    _must(found, f"making {path} read-only (Linux 5.12 or newer is needed)")


def separate() -> None:
    """Namespaces of its own; in the user namespace, this user is an unprivileged one."""
    user, group = os.geteuid(), os.getegid()
    own = 0 if user == 0 else _NEW_USER
    _must(_libc.unshare(own | _NEW_MOUNTS | _NEW_REST), "namespaces (unshare)")
    if own:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{_NOBODY} {user} 1"),
            ("gid_map", f"{_NOBODY} {group} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)


def new_root(root: str, visible: Sequence[str], room: int) -> None:
    """A root that holds the `visible` folders and files read-only, and a /tmp of `room` bytes.

    `root` is an empty folder; what is mounted on it exists in here only.
    """
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    _mount("tmpfs", root, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=1m,mode=755")
    for path in visible:
        inside = root + path
        if os.path.islink(path):  # /lib -> usr/lib
            os.makedirs(os.path.dirname(inside), exist_ok=True)
            os.symlink(os.readlink(path), inside)
            continue
        if os.path.isdir(path):
            os.makedirs(inside, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(inside), exist_ok=True)
            open(inside, "w").close()
        _mount(path, inside, None, _MS_BIND | _MS_REC)
        _read_only(inside, recursive=True)
    own = f"{root}{_OWN}"
    os.mkdir(own)
    _mount("tmpfs", own, "tmpfs", _MS_NOSUID | _MS_NODEV, f"size={room},mode=777")
    _read_only(root, recursive=False)
    os.chdir(root)
    # The old root comes to lie over the new one, and is taken away (pivot_root(2), "NOTES").
    _must(_libc.pivot_root(b".", b"."), "a root of its own (pivot_root)")
    _must(_libc.umount2(b".", _DETACH), "leaving the old root")
    os.chdir(_OWN)


def give_up_rights() -> None:
    """An unprivileged user for good; dies with the process that started it."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    _must(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    die_with_parent()


def die_with_parent() -> None:
    """The kernel kills this process when the one that started it is gone."""
    _must(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "PR_SET_PDEATHSIG")


def limit(seconds: int, memory: int, file_size: int) -> None:
    """Limits that cannot be raised again."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_NPROC, 1),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        resource.setrlimit(what, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))  # SIGXCPU, then SIGKILL


def filter_calls() -> None:
    """Install the seccomp filter; the architecture is looked at first, as seccomp(2) asks."""
    machine = platform.machine()
    if machine not in _FILTERS:
        raise Refused(f"no filter of system calls for {machine}")
    architecture, refused = _FILTERS[machine]
    kill, allow, error = 0x80000000, 0x7FFF0000, 0x00050000 | _EPERM
    load, equal, greater, answer = 0x20, 0x15, 0x35, 0x06
    program = [
        (load, 0, 0, 4),  # the architecture
        (equal, 1, 0, architecture),
        (answer, 0, 0, kill),
        (load, 0, 0, 0),  # the call's number
        (greater, 0, 1, 0x40000000),  # x86-64's second set of numbers
        (answer, 0, 0, kill),
    ]
    for number in refused:
        program += [(equal, 0, 1, number), (answer, 0, 0, error)]
    program.append((answer, 0, 0, allow))
    code = b"".join(struct.pack("HBBI", *line) for line in program)
    held = ctypes.create_string_buffer(code)
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(held))
    _must(_libc.prctl(_PR_SET_SECCOMP, 2, header, 0, 0), "a filter of system calls (seccomp)")


def _forked(child: Callable[[], None], refusal: int) -> int:
    """Run `child`, which never returns, in a new process; this one waits and takes its status."""
    pid = os.fork()
    if pid == 0:
        try:
            child()
        except (Refused, OSError) as error:
            os.write(refusal, str(error).encode())
        os._exit(1)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def main() -> None:
    """Shut in, then run the program that standard input holds."""
    wanted = json.loads(sys.argv[1])
    refusal = wanted["refusal"]
    os.set_inheritable(refusal, False)

    def program() -> None:
        os.setsid()
        give_up_rights()
        limit(wanted["seconds"], wanted["memory"], wanted["file_size"])
        filter_calls()
        python = wanted["python"]
        os.execve(python, [python, "-I", "-S", "-B", "-"], {"PYTHONHASHSEED": "0"})  # noqa: S606

    def first_process() -> None:  # of the new process namespace: when it ends, all end
        die_with_parent()
        os.setsid()  # only now: until here, it dies with the group of the process that started it
        new_root(wanted["root"], wanted["visible"], wanted["room"])
        os._exit(_forked(program, refusal))

    try:
        die_with_parent()
        separate()
    except (Refused, OSError) as error:
        os.write(refusal, str(error).encode())
        os._exit(1)
    os._exit(_forked(first_process, refusal))


if __name__ == "__main__":
    main()
