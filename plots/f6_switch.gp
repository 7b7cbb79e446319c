# SPDX-License-Identifier: MIT
# title: Switching between threads, and between fibers of one
# about: One switch by yield, alone, with floating point used by both (fp), and averaged over 20; by the interrupt that ends a thread's quantum; the same between two fibers of one thread, and between user-level threads of GNU Pth; a round trip (two switches) between two that block, on one CPU (same) and on two (cross, other): by semaphores, by futexes, and in user-level threads of GNU Pth and State Threads; both between kernel threads of Linux (kthread_).
# data: strip rows yield_pair yield_pair_fp? yield_amortised? timer_switch? pth_yield? pth_yield_amortised? fiber_yield? fiber_yield_fp? fiber_yield_amortised? pingpong_same pingpong_cross? futex_pingpong? pth_pingpong? st_pingpong? kthread_switch? kthread_pingpong?
# data: strip_ref reference of=strip
# note: Boxes p25 to p75 with the median's point, whiskers p10 to p90, × is p99. A ping-pong is a round trip: two switches.
# note: pth_ and st_ are GNU Pth and State Threads, libraries of threads in user space on Linux.
# note: [sim] Under sim a round trip between two CPUs adds what both executed: a path length, not a latency.
# note: [qemu] Under qemu a halted virtual CPU is woken by the host: round trips between two CPUs, and timer_switch, show shape, not latency.

left_margin = 170
key_width = 220
row_height = 200
do for [r = 1:words(machines)] {
	k = 90 + 20 * value('strip_'.word(machines, r).'_labels')
	if (k > row_height) { row_height = k }
}
load style

d = 'strip'
do for [r = 1:rows] {
	m = machine(r)
	eval panel(r, m, 1)
	set xlabel unit(m)
	load strips
	eval after_panel
}
unset multiplot
unset output
