# SPDX-License-Identifier: MIT
# title: Cost over CPUs
# about: What one operation costs on a machine with 1 … 255 CPUs, of which it uses one or two: flat if nothing on its way depends on how many there are.
# data: same cpus thread_create:place=same thread_join:place=same yield_pair pingpong_same? wake_same? malloc_free:size=64?
# data: other cpus thread_join:place=other? wake_call:place=other? wake_cross? cond_signal:place=other? pingpong_cross? remote_call?
# note: Medians. All other CPUs are idle. malloc_free: a pair.
# note: [sim] Under sim an operation counts what all CPUs executed meanwhile, idle ones too: a path length, not a time.

columns = 2
row_height = 470
key_width = 330
load style

set xlabel 'CPUs'
set logscale x 2
set xrange [0.85:300]
eval log_values('y')
do for [r = 1:rows] {
	m = machine(r)
	do for [c = 1:2] {
		d = c == 1 ? 'same' : 'other'
		n = series(d, m)
		f = file(d, m)
		eval panel(r, m.(c == 1 ? ': on one CPU' : ': between two CPUs'), 1)
		if (c == 2) { eval key_lower(r, 215) }
		set ylabel unit(m)
		if (n == 0) { eval nothing } else {
			plot for [i = 0:n-1] f index i using X:P50 with linespoints ls ls_of(d, m, i) title brief(d, m, i)
		}
		eval after_panel
	}
}
unset multiplot
unset output
