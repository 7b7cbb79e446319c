# SPDX-License-Identifier: MIT
# Sourced by the test scripts: runs independent commands beside each other, as many as there are CPUs.
#   job COMMAND…    in the background, as soon as a CPU is free; what it prints appears as a whole when it has ended
#   alone COMMAND…  when all jobs have ended, and nothing beside it: for what uses several CPUs by itself
#   jobs_end        waits for all jobs
# A job reports by what it appends to the tally (ci/ktap, ci/tally), not by its exit status.

job() {
	while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
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
