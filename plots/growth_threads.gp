# SPDX-License-Identifier: MIT
# title: Cost over threads
# about: What one operation costs beside 2 … 10,000 threads: creating another one while so many are blocked, a yield among so many that are ready, and waking so many at once for the one who wakes. Flat if nothing on its way depends on how many there are.
# data: create scale x=live create_live
# data: yield scale x=threads yield_many
# data: wake scale x=waiters wake_all_call
# note: Medians. linux as a program is started; tuned: SCHED_FIFO and locked memory.
# note: [sim] Under sim an operation counts what all CPUs executed meanwhile: a path length, not a time. Caches do not count there. Where waking takes Linux longer than a turn of the other CPU, threads that are awake already run meanwhile and count.

columns = 3
row_height = 300
left_margin = 78
key_width = 240
load style

set logscale x 10
set xrange [0.8:15000]
set format x '%.0s%c'
eval log_values('y')
do for [r = 1:rows] {
	m = machine(r)
	do for [c = 1:3] {
		d = word('create yield wake', c)
		n = series(d, m)
		f = file(d, m)
		eval panel(r, m.(c == 1 ? ': create, beside' : c == 2 ? ': yield, among' : ': wake all, the waker'), c == 1)
		set xlabel (c == 1 ? 'threads that are blocked' : c == 2 ? 'threads that are ready' : 'threads that wait')
		set ylabel unit(m)
		if (n == 0) { eval nothing } else {
			plot for [i = 0:n-1] f index i using X:P50 with linespoints ls ls_of(d, m, i) title brief(d, m, i)
		}
		eval after_panel
	}
}
unset multiplot
unset output
