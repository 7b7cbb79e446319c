# SPDX-License-Identifier: MIT
# title: A heartbeat for working threads
# about: Every 20 or 100 us each working thread is to be interrupted: the rate achieved over the rate asked for, and the time between successive beats at one worker. Beats come from an alarm of each worker's own, or from one thread that notifies all.
# data: rate scale x=interval_us heartbeat_rate
# data: gap ecdf heartbeat:interval_us=20
# note: Left: median of 20 windows of 100 beats with p10 to p90; 1000 is on target. Right: at 20 us, time between beats over the fraction of gaps at or below; the ideal is a step at the interval.
# note: [sim] Under sim a tick is an executed instruction of any CPU, on one virtual clock of 1 GHz: lateness there is path length.
# note: [qemu] Under qemu the host's scheduling of virtual CPUs is part of every gap.

columns = 2
row_height = 320
key_width = 340
left_margin = 90
load style

do for [r = 1:rows] {
	m = machine(r)
	n = series('rate', m)
	f = file('rate', m)
	eval panel(r, m.': beats achieved', 1)
	unset logscale
	set format y '%g'
	set yrange [0:1150]
	set logscale x 10
	set xrange [15:130]
	set xtics (20, 100)
	set xlabel 'interval, microseconds'
	set ylabel 'permille of the beats due'
	plot for [i = 0:n-1] f index i using (column(X) * (1 + 0.05 * (i - n / 2.0))):P50:P10:P90 \
			with yerrorbars ls ls_of('rate', m, i) dt 1 ps 1.1 title brief('rate', m, i)
	eval after_panel
	set xtics autofreq
	n = series('gap', m)
	eval panel(r, m.': between beats', 0)
	eval log_values('x')
	set xrange [*:*]
	set yrange [0:1.02]
	set xlabel unit(m).' between successive beats'
	set ylabel 'fraction at or below'
	plot for [i = 0:n-1] file('gap', m) index i using 1:2 \
			with linespoints ls ls_of('gap', m, i) pn 5 notitle
	eval after_panel
	unset xlabel
}
unset multiplot
unset output
