# SPDX-License-Identifier: MIT
# title: Periodic work: what is feasible, and how late it begins
# about: Periods of 10 us to 1 ms with slices of 10 to 90 per cent of them, each with work for 80 per cent of the slice: how many periods are missed; and the time from a period's planned begin to the first instruction of its work. By a scheduling class that promises the slice (deadline), and by an ordinary thread with absolute sleeps (sleep).
# data: miss scale x=slice_percent rt_miss
# data: start scale x=period_us rt_start
# note: Left: misses in 100 periods, median. Points that a system refuses (Linux: periods under 100 us by deadline) are not drawn: a refusal is no miss. Right: median with p10 to p90, circles by deadline, squares by sleep.
# note: [sim] Under sim a tick is an executed instruction, on a virtual clock of 1 GHz: lateness there is path length.
# note: [qemu] Under qemu a virtual CPU that its host does not run is late and misses, whatever the guest does.

columns = 2
row_height = 380
key_width = 380
left_margin = 90
load style

do for [r = 1:rows] {
	m = machine(r)
	n = series('miss', m)
	f = file('miss', m)
	eval panel(r, m.': missed periods', 1)
	unset logscale
	set format y '%g'
	set xrange [5:95]
	set xtics (10, 30, 50, 70, 90) norotate
	set yrange [-3:103]
	set xlabel 'slice, per cent of the period'
	set ylabel 'misses in 100 periods'
	plot for [i = 0:n-1] f index i using X:P50 with linespoints ls ls_of('miss', m, i) title brief('miss', m, i)
	eval after_panel
	unset xlabel
	eval panel(r, m.': lateness of a begin', 0)
	eval log_values('y')
	set yrange [*:*]
	n = series('start', m)
	f = file('start', m)
	set logscale x 10
	set xrange [7:1500]
	set xtics (10, 100, 1000) norotate
	set xlabel 'period, microseconds'
	set ylabel unit(m)
	plot for [i = 0:n-1] f index i using X:P50:P10:P90 with yerrorbars ls ls_of('start', m, i) dt 1 ps 0 notitle, \
		for [i = 0:n-1] f index i using X:P50 with linespoints ls ls_of('start', m, i) title brief('start', m, i)
	eval after_panel
	unset xlabel
	unset logscale
}
unset multiplot
unset output
