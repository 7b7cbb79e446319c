# SPDX-License-Identifier: MIT
# title: Barriers
# about: One round of a barrier over the number of parties, one on each CPU: blocking (a party that waits gives up its CPU) and spinning (it keeps it).
# data: block scale x=parties barrier_block
# data: spin scale x=parties barrier_spin
# note: Points are medians of rounds back to back, bars reach from p10 to p90.
# note: [sim] Under sim a round counts what all CPUs executed: a path length, not a time.

columns = 2
row_height = 300
load style

set xlabel 'parties'
set logscale x 2
set xrange [1.6:10]
eval log_values('y')
do for [r = 1:rows] {
	m = machine(r)
	do for [c = 1:2] {
		d = c == 1 ? 'block' : 'spin'
		n = series(d, m)
		f = file(d, m)
		eval panel(r, m.(c == 1 ? ': blocking' : ': spinning'), c == 1)
		set ylabel unit(m).' per round'
		if (n == 0) { eval nothing } else {
			plot for [i = 0:n-1] f index i using X:P50:P10:P90 \
					with yerrorbars ls ls_of(d, m, i) lw 1 dt 1 ps 0 notitle, \
				for [i = 0:n-1] f index i using X:P50 with linespoints ls ls_of(d, m, i) title brief(d, m, i)
		}
		eval after_panel
	}
}
unset multiplot
unset output
