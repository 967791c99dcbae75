#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int stickler_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int stickler_become_group(uint32_t group) {
  if (setgroups(0, NULL) != 0) return -1;
  return setresgid(group, group, group);
}

int stickler_become_user(uint32_t user) {
  // Or every capability would go with the old user, and a socket could not be opened anew.
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return -1;
  return setresuid(user, user, user);
}

int stickler_keep_capabilities(uint64_t kept) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct data[2] = {0};
  for (int half = 0; half < 2; half++) {
    data[half].effective = data[half].permitted = (uint32_t)(kept >> 32 * half);
  }
  // What is neither permitted nor inheritable leaves the ambient set by itself.
  return (int)syscall(SYS_capset, &header, data);
}

// Landlock's numbers are the same on every architecture, and newer than some distributions' headers.
#define LANDLOCK_CREATE_RULESET 444
#define LANDLOCK_ADD_RULE 445
#define LANDLOCK_RESTRICT_SELF 446

int stickler_landlock_version(void) { return (int)syscall(LANDLOCK_CREATE_RULESET, NULL, 0, 1U); }

int stickler_landlock_create(int version, uint64_t files, uint64_t ports, uint64_t scopes) {
  uint64_t attributes[] = {files, ports, scopes};
  size_t count = version >= 6 ? 3 : version >= 4 ? 2 : 1;
  return (int)syscall(LANDLOCK_CREATE_RULESET, attributes, count * sizeof *attributes, 0);
}

int stickler_landlock_allow_path(int ruleset, int path, uint64_t rights) {
  struct __attribute__((packed)) {
    uint64_t rights;
    int32_t path;
  } rule = {rights, path};
  return (int)syscall(LANDLOCK_ADD_RULE, ruleset, 1, &rule, 0);
}

int stickler_landlock_allow_port(int ruleset, uint16_t port, uint64_t rights) {
  uint64_t rule[] = {rights, port};
  return (int)syscall(LANDLOCK_ADD_RULE, ruleset, 2, rule, 0);
}

int stickler_landlock_enforce(int ruleset) { return (int)syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0); }

int stickler_open_place(const char *path) { return open(path, O_PATH | O_CLOEXEC); }

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE

// What somebody who got hold of the process would want, and the process itself never does.
static const int refused[] = {
    // Other programs.
    SYS_execve,
    SYS_execveat,
#ifdef SYS_fork
    SYS_fork,
    SYS_vfork,
#endif
    // Other processes.
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_pidfd_getfd,
    // Other views of the system.
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_unshare, SYS_setns, SYS_open_tree, SYS_move_mount,
    SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_name_to_handle_at, SYS_open_by_handle_at,
#ifdef SYS_mount_setattr
    SYS_mount_setattr,
#endif
    // The kernel.
    SYS_bpf, SYS_perf_event_open, SYS_kexec_load, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_userfaultfd,
    SYS_fanotify_init, SYS_personality, SYS_syslog,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
    // A way around this filter: its requests are no system calls.
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
    // Keys.
    SYS_add_key, SYS_request_key, SYS_keyctl,
    // The machine.
    SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct, SYS_quotactl, SYS_settimeofday, SYS_clock_settime, SYS_sethostname,
    SYS_setdomainname, SYS_vhangup, SYS_mknodat,
#ifdef SYS_mknod
    SYS_mknod,
#endif
#ifdef SYS_iopl
    SYS_iopl, SYS_ioperm, SYS_modify_ldt,
#endif
};

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define END(action) BPF_STMT(BPF_RET | BPF_K, action)
#define JUMP(test, value, yes, no) BPF_JUMP(BPF_JMP | test | BPF_K, value, yes, no)
// Ends there for this value, or goes on behind it.
#define FOR(value, action) JUMP(BPF_JEQ, value, 0, 1), END(action)
#define ALLOW SECCOMP_RET_ALLOW
#define REFUSE (SECCOMP_RET_ERRNO | EPERM)

static const struct sock_filter head[] = {
    // The numbers mean other calls under another architecture.
    LOAD(arch),
    JUMP(BPF_JEQ, ARCHITECTURE, 1, 0),
    END(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
#ifdef __x86_64__
    // So they do for x32, which has this bit set.
    JUMP(BPF_JGE, 0x40000000, 0, 1),
    END(SECCOMP_RET_KILL_PROCESS),
#endif
};

static const struct sock_filter tail[] = {
    // The flags of clone3 cannot be seen from here; the C library falls back to clone. Threads, no processes.
    FOR(SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS),
    JUMP(BPF_JEQ, SYS_clone, 0, 4),
    LOAD(args[0]),
    JUMP(BPF_JSET, CLONE_THREAD, 0, 1),
    END(ALLOW),
    END(REFUSE),
    JUMP(BPF_JEQ, SYS_socket, 1, 0),
    END(ALLOW),
    // Captures, the kernel's word on its network, streams and datagrams. Of an argument this is the lower half.
    LOAD(args[0]),
    FOR(AF_PACKET, ALLOW),
    FOR(AF_NETLINK, ALLOW),
    FOR(AF_UNIX, ALLOW),
    JUMP(BPF_JEQ, AF_INET, 2, 0),
    JUMP(BPF_JEQ, AF_INET6, 1, 0),
    END(REFUSE),
    LOAD(args[1]),
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf),
    FOR(SOCK_STREAM, ALLOW),
    FOR(SOCK_DGRAM, ALLOW),
    END(REFUSE),
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

int stickler_filter_system_calls(void) {
  struct sock_filter program[COUNT(head) + 2 * COUNT(refused) + COUNT(tail)];
  struct sock_filter *next = program;
  for (size_t index = 0; index < COUNT(head); index++) *next++ = head[index];
  for (size_t index = 0; index < COUNT(refused); index++) {
    *next++ = (struct sock_filter)JUMP(BPF_JEQ, (uint32_t)refused[index], 0, 1);
    *next++ = (struct sock_filter)END(REFUSE);
  }
  for (size_t index = 0; index < COUNT(tail); index++) *next++ = tail[index];
  struct sock_fprog filter = {.len = (unsigned short)COUNT(program), .filter = program};
  long status = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
  // A thread that could not be made to follow is told by its number.
  if (status > 0) errno = ESRCH;
  return status == 0 ? 0 : -1;
}

int stickler_can_filter_system_calls(void) {
  uint32_t action = SECCOMP_RET_KILL_PROCESS;
  return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

#else

int stickler_filter_system_calls(void) {
  errno = ENOSYS;
  return -1;
}

int stickler_can_filter_system_calls(void) { return 0; }

#endif
