# SPDX-License-Identifier: MIT
"""Threads and CPUs of the Aerokernel, for gdb: source kernel/gdb/threads.py

aero cpus             each CPU: what it runs, what is ready there, what has arrived
aero threads [-b]     each thread that has not been joined: CPU, state, function, where it is, the queue it waits in; -b: its callers
aero backtrace ID     the callers of one thread

States: running; idle (a CPU's own context, nothing to run); ready (in the run queue); arriving (in the inbox); moving (between
two CPUs); waiting; ended (not joined yet). Threads in the pools, ready for their next life, are not shown.
"""
import gdb

ENDED, HALTED = 1, 1  # THREAD_ENDED and INBOX_HALTED: macros, which gdb does not see
FRAMES_MAX = 40
# Offsets in a saved context, which begins at the stack pointer: kernel/x86/context.S.
CONTEXT_RBP, CONTEXT_RETURN = 40, 48
# The ways to give up the CPU that have no news for the reader: the function that called them is what it waits in.
PLUMBING = ("sched_", "context_", "wait_block", "wait_leave", "wait_join", "timer_sleep_until", "__wrap_")


def value(expression):
    return gdb.parse_and_eval(expression)


def word(address):
    memory = gdb.selected_inferior().read_memory(address, 8)
    return int.from_bytes(memory.tobytes(), "little")


def function_at(pc):
    """The function whose code lies at pc, not one that is inlined there."""
    try:
        block, name = gdb.block_for_pc(pc), None
    except RuntimeError:
        block, name = None, None
    while block is not None:
        if block.function is not None:
            name = block.function.name
        block = block.superblock
    if name is None:  # assembly
        symbol = gdb.execute(f"info symbol {pc:#x}", to_string=True)
        name = symbol.split()[0] if not symbol.startswith("No symbol") else f"{pc:#x}"
    return name


def callers(pc, frame):
    """Names of the functions from pc upwards, by frame pointers."""
    names = [function_at(pc)]
    while frame and len(names) < FRAMES_MAX:
        try:
            above, back = word(frame), word(frame + 8)
        except gdb.MemoryError:
            break
        if back == 0:
            break
        names.append(function_at(back - 1))
        if above <= frame:
            break
        frame = above
    return names


def chain(head, link="next", last=0):
    """The addresses of the threads of a list, as far as one of them if that is given."""
    found = []
    while int(head) > HALTED and int(head) not in found[-1:] and last not in found[-1:]:
        found.append(int(head))
        head = head.dereference()[link]
    return found


class Machine:
    """One look at the stopped machine: its CPUs, its threads, and what each of them does."""

    def __init__(self):
        self.type = gdb.lookup_type("struct thread")
        self.cpus = [value(f"&percpu_table[{cpu}]").dereference() for cpu in range(int(value("cpu_count")))]
        self.registers = self.read_registers()
        self.state = {}
        for cpu in self.cpus:
            self.see_cpu(cpu)
        self.threads = self.read_threads()
        self.queues = self.read_queues()

    def read_registers(self):
        """(pc, rbp, rsp) of each CPU: QEMU shows a CPU as a thread, and its GS base is its struct percpu."""
        selected, found = gdb.selected_thread(), {}
        for vcpu in gdb.selected_inferior().threads():
            vcpu.switch()
            base = int(value("$gs_base"))
            found[base] = tuple(int(value(name)) & (1 << 64) - 1 for name in ("$pc", "$rbp", "$rsp"))
        selected.switch()
        return found

    def running(self, cpu):
        """The names of what this CPU executes, innermost first."""
        pc, rbp, rsp = self.registers.get(int(cpu.address), (0, 0, 0))
        names = callers(pc, rbp)
        try:  # at a function's first instruction the frame is still its caller's: the one between lies on the stack
            if pc == int(value(f"(unsigned long)&{names[0]}")):
                names.insert(1, function_at(word(rsp) - 1))
        except (gdb.error, gdb.MemoryError):
            pass
        return names

    def see_cpu(self, cpu):
        current = cpu["current"]
        names = self.running(cpu)
        waits = any(name.startswith(("sched_block", "sched_wait", "sched_halt")) for name in names[:4])
        if int(current) == int(cpu["idle"].address):
            state = "idle" if waits else "running"
        else:
            state = "waiting" if waits else "running"
        self.state[int(current)] = (state, names)
        for thread in chain(cpu["run_head"]):
            self.state.setdefault(thread, ("ready", None))
        for thread in self.arriving(cpu):
            self.state.setdefault(thread, ("arriving", None))
        if int(cpu["moving"]):
            self.state[int(cpu["moving"])] = ("moving", None)

    def arriving(self, cpu):
        """The inbox: chains, the newest first, each from its oldest thread to its newest."""
        found = []
        for first in chain(cpu["inbox"]["head"], "chain_older"):
            thread = self.thread(first)
            found[:0] = chain(thread.address, last=int(thread["chain_last"]))
        return found

    def thread(self, address):
        return gdb.Value(address).cast(self.type.pointer()).dereference()

    def pooled(self):
        found = set()
        for cpu in self.cpus:
            pools = cpu["pools"]
            for node in range(pools.type.range()[1] + 1):
                found.update(chain(pools[node]["threads"]))
                found.update(chain(pools[node]["full"]))
        stores = value("thread_stores")
        for node in range(stores.type.range()[1] + 1):
            for batch in chain(stores[node]["batches"], "wait_next"):
                found.update(chain(gdb.Value(batch).cast(self.type.pointer())))
        return found

    def read_threads(self):
        """Every thread that is not in a pool. Each lies at the top of its stack: thread_new() in kernel/core/thread.c."""
        begin, slot = int(value("paging_window_begin")), int(value("(unsigned long)STACK_SLOT_BYTES"))
        pooled, found = self.pooled(), []
        for number in range(int(value("stack_slots"))):
            top = begin + (number + 1) * slot - self.type.sizeof - number % 8 * 512
            address = top & ~63
            try:
                word(address)
            except gdb.MemoryError:  # a number that has no stack yet
                continue
            thread = self.thread(address)
            if int(thread["id"]) == number and int(thread["home"]) and address not in pooled:
                found.append(thread)
        return found

    def read_queues(self):
        """The wait queue of each thread that is in a group of waiters: struct wait_group in kernel/core/thread.h."""
        found = {}
        for thread in self.threads:
            group = thread["group"].dereference()
            if int(group["queue"]):
                for waiter in chain(group["first"], last=int(group["last"])):
                    found[waiter] = int(group["queue"])
        return found

    def describe(self, thread):
        """(state, callers) of a thread."""
        address = int(thread.address)
        state, names = self.state.get(address, (None, None))
        if state is None:
            state = "ended" if int(thread["joiner"]) == ENDED else "waiting"
        if names is None and state != "ended":
            context = int(thread["context"])
            back = word(context + CONTEXT_RETURN)
            fresh = back == int(value("(unsigned long)thread_main"))  # it has not run yet
            names = callers(back if fresh else back - 1, word(context + CONTEXT_RBP))
        return state, names or []


def place(state, names):
    """The function that says most about where a thread is: of one that has given up its CPU, what it did that for."""
    if state in ("running", "ended", "idle"):
        return names[0] if names else ""
    return next((name for name in names if not name.startswith(PLUMBING)), names[0] if names else "")


def queue_name(address):
    """A wait queue, as the static object that it is part of or as an address."""
    symbol = gdb.execute(f"info symbol {address:#x}", to_string=True)
    return f"{address:#x}" if symbol.startswith("No symbol") else symbol.split(" in section")[0]


def name_of(pointer):
    return function_at(int(pointer)) if int(pointer) else "-"


class Aero(gdb.Command):
    """Threads and CPUs of the Aerokernel."""

    def __init__(self):
        super().__init__("aero", gdb.COMMAND_STATUS, prefix=True)


class AeroCpus(gdb.Command):
    """Each CPU: what it runs, what is ready there, what has arrived."""

    def __init__(self):
        super().__init__("aero cpus", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        machine = Machine()
        print(f"{'cpu':>3}  {'state':8} {'thread':>10}  {'ready':>5}  {'arriving':>8}  at")
        for cpu in machine.cpus:
            current = cpu["current"].dereference()
            state, names = machine.describe(current)
            number = int(current["id"])
            label = "idle" if number >= int(value("THREAD_IDLE")) else str(number)
            halted = " (halted)" if int(cpu["inbox"]["head"]) == HALTED else ""
            print(f"{int(cpu['cpu']):>3}  {state:8} {label:>10}  {len(chain(cpu['run_head'])):>5}  {len(machine.arriving(cpu)):>8}  "
                  f"{names[0] if names else '?'}{halted}")


class AeroThreads(gdb.Command):
    """Each thread that has not been joined: aero threads [-b]; -b: with its callers."""

    def __init__(self):
        super().__init__("aero threads", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        machine = Machine()
        print(f"{'id':>6}  {'cpu':>3}  {'state':8}  {'function':32}  at")
        for thread in machine.threads:
            state, names = machine.describe(thread)
            queue = machine.queues.get(int(thread.address))
            print(f"{int(thread['id']):>6}  {int(thread['home'].dereference()['cpu']):>3}  {state:8}  {name_of(thread['fn']):32}  "
                  f"{place(state, names)}" + (f"  queue {queue_name(queue)}" if queue and state == "waiting" else ""))
            if argument.strip() == "-b":
                for name in names:
                    print(f"{'':14}{name}")


class AeroBacktrace(gdb.Command):
    """The callers of one thread: aero backtrace ID"""

    def __init__(self):
        super().__init__("aero backtrace", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        machine = Machine()
        found = [thread for thread in machine.threads if argument.strip() == str(int(thread["id"]))]
        if not found:
            raise gdb.GdbError(f"aero backtrace: no thread {argument!r}: see aero threads")
        state, names = machine.describe(found[0])
        print(f"thread {argument}: {state}, {name_of(found[0]['fn'])}({int(found[0]['arg']):#x}), {int(found[0]['blocks'])} blocks")
        for name in names:
            print(f"  {name}")


for command in (Aero, AeroCpus, AeroThreads, AeroBacktrace):
    command()
