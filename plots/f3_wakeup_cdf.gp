# SPDX-License-Identifier: MIT
# title: Waking one waiter on another CPU
# about: From the wake call to the first action of the waiter, which sleeps on another CPU: event, condition variable, and on Linux the futex system call, and kernel threads that wake each other; and an asynchronous event, which runs a function on a busy CPU instead. The floors are a raw inter-processor interrupt and a cache line's one-way trip.
# data: cdf ecdf wake_cross cond_signal:place=other? futex_wake:place=other? async_oneway? kthread_wake:place=other?
# data: floor ecdf ipi_oneway? cacheline_pingpong/2?
# note: Left: fraction of samples at or below; right: fraction above, down to where 10 samples are left.
# note: [sim] Under sim a sample is the path length of both CPUs together, on one virtual clock, never a latency.
# note: [qemu] Under qemu a halted virtual CPU is woken by the host, which dominates: shape, not latency.

columns = 2
row_height = 300
key_width = 340
load style

eval log_values('x')
do for [r = 1:rows] {
	m = machine(r)
	n = series('cdf', m)
	k = series('floor', m)
	set xlabel unit(m).', wake call to waiter running'
	do for [c = 1:2] {
		eval panel(r, m.(c == 1 ? ': distribution' : ': tail'), c == 1)
		if (c == 1) {
			unset logscale y; set format y '%g'; set yrange [0:1.02]; set ylabel 'fraction at or below'
		} else {
			set logscale y 10; set format y '%g'; set yrange [*:1.2]; set ylabel 'fraction above'
		}
		plot for [i = 0:n-1] file('cdf', m) index i using 1:c+1 \
				with linespoints ls ls_of('cdf', m, i) pn 7 title columnheader(1), \
			for [i = 0:k-1] file('floor', m) index i using 1:c+1 \
				with linespoints ls ls_of('floor', m, i) lw 1.2 dt 3 pt 1 + i pn 3 title 'floor: '.columnheader(1)
		eval after_panel
	}
}
unset multiplot
unset output
