# SPDX-License-Identifier: MIT
# title: Switching between threads, and between fibers of one
# about: One switch by yield, alone, with floating point used by both (fp), and averaged over 20; the same between two fibers of one thread; a round trip (two switches) between two threads that block on semaphores, on one CPU and on two.
# data: box rows yield_pair yield_pair_fp? yield_amortised? fiber_yield? fiber_yield_fp? pingpong_same pingpong_cross?
# data: box_ref reference of=box
# note: Boxes p25 to p75 with the median's point, whiskers p10 to p90, × is p99. A round trip is two switches.
# note: [sim] Under sim pingpong_cross adds what both CPUs executed: a path length, not a latency.
# note: [qemu] Under qemu a halted virtual CPU is woken by the host: pingpong_cross shows shape, not latency.

row_height = 320
load style

eval log_values('y')
d = 'box'
do for [r = 1:rows] {
	m = machine(r)
	eval panel(r, m, 1)
	eval label_tics('x', d, m)
	set xrange [0.5:labels(d, m) + 0.5]
	set ylabel unit(m)
	load boxes
	eval after_panel
}
unset multiplot
unset output
