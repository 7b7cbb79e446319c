# SPDX-License-Identifier: MIT
# title: Spread and tail, Linux against the Aerokernel
# about: How many times larger the spread is on Linux than on the Aerokernel of the same machine, for each primitive: interquartile range, p99 - p50, and the level of p99.9. A difference is claimed only where the interval leaves 1 out.
# data: ratio ratio thread_create thread_start? thread_join? yield_pair pingpong_same? pingpong_cross? wake_call? wake_same? wake_cross? cond_signal? wake_all:waiters=max:series=last? cond_broadcast:waiters=max:series=last? barrier_block:parties=2? barrier_spin:parties=2? sem_uncontended? mutex_uncontended? mutex_contended:threads=2? spin_uncontended? malloc_free? sleep_late?
# note: Ratio Linux / Aerokernel; right of the line Linux is larger. Bars: 95 % interval over paired runs (Hodges-Lehmann); no bar: an exact count, fewer than 6 pairs, or p99.9, which is of all runs together. Spreads are floored at the clock's grain; no point: both are at or below it, or the samples are too few for the percentile.
# note: [sim] Under sim this is the software's variance alone.

columns = 3
left_margin = 230
column_gap = 34
row_height = 200
do for [r = 1:words(machines)] {
	k = 100 + 17 * value('ratio_'.word(machines, r).'_labels')
	if (k > row_height) { row_height = k }
}
load style

eval log_values('x')
set xtics ('0.001' 1e-3, '0.01' 0.01, '0.1' 0.1, '1' 1, '10' 10, '100' 100, '1k' 1e3, '10k' 1e4, '100k' 1e5, '1M' 1e6)
set arrow 1 from 1, graph 0 to 1, graph 1 nohead lc rgb '#333333' lw 1 dt 1 back
do for [r = 1:rows] {
	m = machine(r)
	n = series('ratio', m)
	f = file('ratio', m)
	do for [c = 1:3] {
		eval panel(r, m.': '.word('p75-p25 p99-p50 p99.9', c), c == 1)
		eval label_tics('y', 'ratio', m)
		if (c > 1) { set ytics format ''; do for [k = 1:labels('ratio', m)] { set ytics add ('' k) } }
		k = 4 + 3 * c
		# Without the range of y, which stats would mind.
		set yrange [*:*]
		stats f using (column(k) == column(k) ? 1 : 0) nooutput
		set yrange [labels('ratio', m) + 0.7:0.3]
		if (STATS_sum == 0) { set label 3 'no ratio known' at graph 0.5, graph 0.95 center font small }
		# The first draws nothing: it keeps 1 in the range, also where no ratio is known.
		plot sample [0:1] '+' using (1.0):(1.0) with points ps 0 notitle, \
			for [i = 0:n-1] f index i using (c < 3 ? column(k) : NaN):(beside(column(X), i, n)):k+1:k+2 \
				with xerrorbars ls ls_of('ratio', m, i) dt 1 lw 1 ps 0 notitle, \
			for [i = 0:n-1] f index i using k:(beside(column(X), i, n)) \
				with points ls ls_of('ratio', m, i) lw 1.5 title columnheader(1)
		unset label 3
		eval after_panel
	}
}
unset multiplot
unset output
