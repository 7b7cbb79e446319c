# SPDX-License-Identifier: MIT
# title: Creating a thread, starting it, joining it
# about: Creator's side of a create (call to return), create to the child's first instruction, and create to the return of join; the child on the creator's CPU and on another. On Linux also of kernel threads (kthread_), where its module was loaded.
# data: same rows thread_create:place=same thread_start:place=same thread_join:place=same kthread_create:place=same? kthread_start:place=same? kthread_join:place=same?
# data: other rows thread_create:place=other? thread_start:place=other? thread_join:place=other? kthread_create:place=other? kthread_start:place=other? kthread_join:place=other?
# data: same_ref reference of=same
# data: other_ref reference of=other
# note: Boxes p25 to p75 with the median's point, whiskers p10 to p90, × is p99. Warm samples; cold costs are in the table.
# note: [sim] Under sim "other CPU" adds what both CPUs executed: a path length, not a latency.
# note: [qemu] Under qemu a halted virtual CPU is woken by the host: its rows show shape, not latency.

columns = 2
row_height = 320
load style

eval log_values('y')
do for [r = 1:rows] {
	m = machine(r)
	do for [c = 1:2] {
		d = c == 1 ? 'same' : 'other'
		n = series(d, m)
		eval panel(r, m.(c == 1 ? ': child on the same CPU' : ': child on another CPU'), c == 1)
		set ylabel unit(m)
		if (n == 0) { eval nothing } else {
			set xrange [0.5:labels(d, m) + 0.5]
			if (labels(d, m) > 3) { set xtics rotate by -22 } else { set xtics norotate }
			eval label_tics('x', d, m)
			load boxes
		}
		eval after_panel
	}
}
unset multiplot
unset output
