# SPDX-License-Identifier: MIT
# title: Creating n threads in sequence
# about: What it costs one thread to create 2 … 64 others, one after the other, each on a CPU of its own as far as there are CPUs: the whole sequence, and per thread. Warm, but for the points marked first.
# data: seq scale x=threads thread_create_seq thread_create_seq_paper? kthread_create_seq?
# note: Points are medians, bars reach from p10 to p90. + and × are the first sequence of that length in a boot (median over boots); lengths are measured in shuffled order, so only a boot's very first is wholly cold. Joins are outside.
# note: thread_create_seq places each thread as it creates it; thread_create_seq_paper moves it after its creation, inside what is measured, as the papers' authors did on Linux.
# note: [sim] Under sim a sequence counts what all CPUs executed meanwhile: a path length, not a time.

columns = 2
row_height = 300
key_width = 325
load style

set xlabel 'threads in the sequence'
set logscale x 2
set xrange [1.7:76]
eval log_values('y')
# A column in panel 1, divided by the number of threads in panel 2.
per(k, c) = column(k) / (c == 1 ? 1 : column(X))
do for [r = 1:rows] {
	m = machine(r)
	n = series('seq', m)
	f = file('seq', m)
	do for [c = 1:2] {
		eval panel(r, m.(c == 1 ? ': the whole sequence' : ': per thread'), c == 1)
		set ylabel unit(m)
		# The bars first: they would blot out the points.
		plot for [i = 0:n-1] f index i using X:(per(P50, c)):(per(P10, c)):(per(P90, c)) \
				with yerrorbars ls ls_of('seq', m, i) lw 1 dt 1 ps 0 notitle, \
			for [i = 0:n-1] f index i using X:(per(P50, c)) \
				with linespoints ls ls_of('seq', m, i) title brief('seq', m, i), \
			for [i = 0:n-1] f index i using X:(per(COLD, c)) \
				with points ls ls_of('seq', m, i) pt ls_of('seq', m, i) % 10 == 1 ? 1 : 2 ps 0.9 lw 1.2 dt 1 \
				title brief('seq', m, i).', first'
		eval after_panel
	}
}
unset multiplot
unset output
