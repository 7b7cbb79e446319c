# SPDX-License-Identifier: MIT
# title: Waking all waiters on other CPUs
# about: One broadcast: from the call to the first waiter running, to each, to the last; and how far apart the first and the last of one broadcast are. Event (nothing to hold) and condition variable (each waiter takes the mutex). Beside them an asynchronous event and a raw interrupt to all other CPUs, which are busy.
# data: event ecdf wake_all:place=other:waiters=max:series=first wake_all:place=other:waiters=max:series=each wake_all:place=other:waiters=max:series=last async_broadcast:series=last? ipi_broadcast:how=shorthand:series=last?
# data: cond ecdf cond_broadcast:place=other:waiters=max:series=first? cond_broadcast:place=other:waiters=max:series=each? cond_broadcast:place=other:waiters=max:series=last?
# data: apart ecdf wake_all:place=other:waiters=max:series=last-first cond_broadcast:place=other:waiters=max:series=last-first? async_broadcast:series=last-first?
# note: Fraction of broadcasts at or below. "each" takes one waiter in turn from each broadcast; last-first is the spread within one broadcast.
# note: [sim] Under sim a sample is what all CPUs executed since the call, on one virtual clock: a path length, not a latency.
# note: [qemu] Under qemu a halted virtual CPU is woken by the host, which dominates: shape, not latency.

columns = 3
row_height = 330
left_margin = 62
key_width = 325
load style

eval log_values('x')
set yrange [0:1.02]
set format y '%g'
# 0, all at once, has no place on a log axis: it is drawn at 1.
at_least_1(v) = v < 1 ? 1 : v
do for [r = 1:rows] {
	m = machine(r)
	do for [c = 1:3] {
		d = word('event cond apart', c)
		n = series(d, m)
		eval panel(r, m.': '.(c == 1 ? 'all at once' : common(d, m)), c == 1)
		if (c == 3) { eval key_lower(r, 170) }
		set xlabel unit(m)
		set ylabel (c == 1 ? 'fraction at or below' : '')
		if (n == 0) { eval nothing } else {
			plot for [i = 0:n-1] file(d, m) index i using (at_least_1($1)):2 \
				with linespoints ls ls_of(d, m, i) pn 6 title brief(d, m, i)
		}
		eval after_panel
	}
}
unset multiplot
unset output
