/* SPDX-License-Identifier: MIT */
/* The table of formats: see export.h. */
#include "export.h"

#include <string.h>

#include "export_row.h"
#include "subject.h"

const struct export_format export_formats[] = {
    {"bencher", ".json", "Bencher Metric Format: p50, p99 and IQR with their range over boots", false, false,
     export_bencher},
    {"csv", ".csv", "a line for each row, as `show` has them", false, false, export_csv},
    {"csv-samples", ".csv", "a line for each raw sample", false, false, export_csv_samples},
    {"github-action", ".json", "github-action-benchmark, customSmallerIsBetter: p50, p99 and IQR", false, false,
     export_github_action},
    {"google-benchmark", ".json", "Google Benchmark's JSON, each boot a repetition", true, false,
     export_google_benchmark},
    {"hgrm", ".hgrm", "HdrHistogram's percentile distribution, one file a row", false, true, export_hgrm},
    {"junit", ".xml", "JUnit's XML: a case for each row, failed boots fail", false, false, export_junit},
    {"openmetrics", ".om", "OpenMetrics text: histograms, percentiles", false, false, export_openmetrics},
    {"trace", ".json", "Chrome's trace format: boots, and the samples above twice the median", true, false,
     export_trace},
};

const size_t export_format_count = sizeof(export_formats) / sizeof(export_formats[0]);

const struct export_format *export_find(const char *name, struct error *error)
{
	const char *names[sizeof(export_formats) / sizeof(export_formats[0])];

	for (size_t i = 0; i < export_format_count; i++) {
		if (strcmp(export_formats[i].name, name) == 0)
			return &export_formats[i];
		names[i] = export_formats[i].name;
	}
	error_set(error, STATUS_USAGE, "no format '%s': the nearest is '%s', `aerobench export --help` lists them",
		  name, subject_nearest(name, names, export_format_count));
	return NULL;
}
