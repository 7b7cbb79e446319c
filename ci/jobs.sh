# SPDX-License-Identifier: MIT
# Sourced by the test scripts: runs independent commands beside each other, as many as there are CPUs, or JOBS if that is set.
#   job COMMAND…    in the background, as soon as a CPU is free; what it prints appears as a whole when it has ended
#   alone COMMAND…  when all jobs have ended, and nothing beside it: for what needs several CPUs at the same time
#   jobs_end        waits for all jobs
#   phase NAME      waits for all jobs, and says how long what came since the last call took
# A job reports by what it appends to the tally (ci/ktap, ci/tally), not by its exit status.

job() {
	while [ "$(jobs -rp | wc -l)" -ge "${JOBS:-$(nproc)}" ]; do
		wait -n || true
	done
	{
		output=$("$@" 2>&1) || true
		[ -z "$output" ] || printf '%s\n' "$output"
	} &
}

jobs_end() {
	wait || true
}

alone() {
	jobs_end
	"$@"
}

jobs_cpu_ticks() { # of this shell's ended children and theirs, into the variable ticks: proc(5), cutime and cstime
	local stat
	read -r stat <"/proc/$BASHPID/stat"
	# shellcheck disable=SC2086 # words behind the name, which may hold blanks
	set -- ${stat##*) }
	ticks=$((${14} + ${15}))
}

phase_began=$SECONDS phase_ticks=0
phase() {
	local ticks
	jobs_end
	jobs_cpu_ticks
	echo "-- $1: $((SECONDS - phase_began)) s, of CPUs $(((ticks - phase_ticks) / $(getconf CLK_TCK))) s"
	phase_began=$SECONDS phase_ticks=$ticks
}
