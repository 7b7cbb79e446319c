#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Gates a change by exact counts of instructions, on any runner, without special rights: for any CI, or by hand.
# Usage: ci/examples/gate.sh [BASE]     BASE: the commit before the change (default: the last one that origin/HEAD has too)
# Counts are held against ci/sim.json. A runner with another compiler or QEMU cannot be compared with that; there BASE is
# built and counted too, on the same runner. Under 5 minutes on two CPUs, with nothing installed and nothing built.
# Writes build/gate.md for people and build/gate.xml (JUnit). Exit status: that of aerobench gate; 1 is a regression.
# To adapt it: AEROBENCH_BASELINE names another baseline, AEROBENCH_RUN what is counted where BASE is counted too,
# AEROBENCH_HEAD and AEROBENCH_BASE directories of programs that are built already.
set -uo pipefail
cd "$(dirname "$0")/../.."
case ${1:-} in
-h | --help)
	sed -n '3,9s/^# //p' "$0"
	exit 0
	;;
esac

base=${1:-}
baseline=${AEROBENCH_BASELINE:-ci/sim.json}
head=${AEROBENCH_HEAD:-}
read -r -a run <<<"${AEROBENCH_RUN:--s aerokernel@sim --samples 200}"
# A directory for runs of this call: "latest" is always ours.
export AEROBENCH_RESULTS=${AEROBENCH_RESULTS:-$PWD/build/gate}
unset AEROBENCH_BIN

fail() {
	echo "gate.sh: $*" >&2
	exit 2
}

mkdir -p build
build() { # SOURCE BUILD: its programs are in BUILD/bin
	local log=build/gate.log
	{ cmake -S "$1" -B "$2" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF && cmake --build "$2"; } >$log 2>&1 ||
		{ tail -n 30 $log >&2; fail "$1 does not build"; }
}

if [ -z "$head" ]; then
	ci/install build measure || fail "the packages above are missing"
	build . build/gate-head
	head=build/gate-head/bin
	ci/fetch_guest_kernel $head || echo "gate.sh: linux@sim is left out" >&2
fi

gate() { # BASELINE
	"$head/aerobench" gate --baseline "$1" --measure --markdown build/gate.md --junit build/gate.xml
}

if [ -e "$baseline" ]; then
	gate "$baseline"
	status=$?
	[ $status -eq 77 ] || exit $status
	echo "gate.sh: this runner is not the one of $baseline: counting the base here" >&2
fi

programs=${AEROBENCH_BASE:-}
if [ -z "$programs" ]; then
	[ -n "$base" ] || base=$(git merge-base HEAD "$(git rev-parse -q --verify origin/HEAD || echo HEAD~1)")
	[ -n "$base" ] || fail "name the commit before the change: ci/examples/gate.sh COMMIT (is the clone shallow?)"
	rm -rf build/gate-base-tree
	mkdir -p build/gate-base-tree
	git archive "$base" | tar -x -C build/gate-base-tree || fail "cannot export $base (is the clone shallow?)"
	build build/gate-base-tree build/gate-base
	programs=build/gate-base/bin
fi
own=build/gate-base.json
rm -f $own
AEROBENCH_BIN=$programs "$head/aerobench" run -q "${run[@]}" && "$head/aerobench" gate --baseline $own --update --reason "before the change" >/dev/null ||
	fail "the base cannot be counted"
gate $own
