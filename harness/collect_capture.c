/* SPDX-License-Identifier: MIT */
/* Takes bytes in: see collect_capture.h. */
#include "collect_capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect_again.h"
#include "collect_boots.h"
#include "collect_watch.h"
#include "memory.h"
#include "process.h"
#include "progress.h"
#include "stop_signal.h"
#include "stream.h"

enum { CHUNK_BYTES = 1 << 16, TICK_MS = 250, STRANGE_LINES = 20 };
static const double NS_PER_S = 1e9;

/* A boot that came whole: its records. */
struct whole {
	uint32_t crc;
	size_t records_bytes;
};

/* A capture under way. */
struct taking {
	struct capture *capture;
	const struct capture_request *request;
	struct collect_watch watch;
	struct progress progress;
	int spool_fd;
	size_t room_bytes;
	uint64_t heard_ns;      /* when the last byte came */
	uint64_t boot_begun_ns; /* @aero */
	struct whole *whole;    /* boots that came whole, each once */
	size_t whole_count;
	size_t judged;    /* the bytes before this one are of those, or before them */
	bool damaged;     /* the last @done did not make its boot whole */
	bool reminded;    /* that nothing comes */
	unsigned strange; /* lines of noise in sequence that are no text */
};

static void tell_noise(void *context, const char *line)
{
	struct taking *taking = context;
	char clean[512];
	size_t len = 0, strange = 0;

	for (; line[len] != '\0' && len < sizeof(clean) - 1; len++) {
		unsigned char byte = (unsigned char)line[len];
		bool text = byte >= 0x20 && byte < 0x7f;

		/* from 80H on there are control characters too, for a terminal of 8 bits: ECMA-48 section 5.3 */
		clean[len] = text ? line[len] : '?';
		strange += !text && byte != '\t';
	}
	clean[len] = '\0';
	taking->strange = strange > len / 4 ? taking->strange + 1 : 0;
	if (taking->strange < STRANGE_LINES)
		progress_note(&taking->progress, "%s", clean);
	else if (taking->strange == STRANGE_LINES)
		progress_note(&taking->progress,
			      "what comes is no text, and not shown any more: most likely the wrong speed");
}

static void mark(struct taking *taking, bool begin)
{
	struct capture *capture = taking->capture;

	capture->marks = memory_grow(capture->marks, capture->mark_count, sizeof(*capture->marks));
	capture->marks[capture->mark_count++] = (struct capture_mark){capture->len_bytes, taking->heard_ns, begin};
}

/* Adds a boot, unless it was sent before. */
static void whole_add(struct taking *taking, const struct collect_boot *boot)
{
	struct whole whole;

	whole.crc = collect_again_crc(boot->log, boot->log_bytes, &whole.records_bytes);
	for (size_t i = 0; i < taking->whole_count; i++) {
		if (taking->whole[i].crc == whole.crc && taking->whole[i].records_bytes == whole.records_bytes)
			return;
	}
	taking->whole = memory_grow(taking->whole, taking->whole_count, sizeof(*taking->whole));
	taking->whole[taking->whole_count++] = whole;
}

/* Reads what came from this byte on. Returns where what is behind its last whole boot begins; from: there is none. */
static size_t judge(struct taking *taking, size_t from)
{
	const struct capture *capture = taking->capture;
	const char *newline = memrchr(capture->bytes + from, '\n', capture->len_bytes - from);
	size_t rest = from, lines_end = newline != NULL ? (size_t)(newline + 1 - capture->bytes) : from;
	struct collect_boots boots;

	collect_boots_read(&boots, capture->bytes + from, capture->len_bytes - from);
	for (size_t i = 0; i < boots.count; i++) {
		const struct collect_boot *boot = &boots.boots[i];

		if (boot->status != STORE_OK && !(boot->status == STORE_FAILED && boot->whole))
			continue;
		whole_add(taking, boot);
		rest = i + 1 < boots.count ? from + boot->to : lines_end;
	}
	collect_boots_free(&boots);
	return rest;
}

/*
 * A @done came: how many boots are whole now? What came behind the last of them is read, so that many boots take no longer
 * each than one does: meanwhile nobody reads the line. If that is no whole one, all that came is read: parts of a boot that
 * was sent several times prove each other.
 */
static void boot_done(struct taking *taking)
{
	size_t before = taking->whole_count, rest = judge(taking, taking->judged);

	if (rest == taking->judged && taking->judged > 0)
		rest = judge(taking, 0);
	taking->judged = rest > taking->judged ? rest : taking->judged;
	taking->damaged = taking->whole_count == before;
	if (!taking->damaged && taking->request->boots == 0)
		progress_note(&taking->progress, "boot %zu has arrived", taking->whole_count);
	else if (!taking->damaged && taking->request->boots > 1)
		progress_note(&taking->progress, "boot %zu of %u has arrived", taking->whole_count,
			      taking->request->boots);
}

/* Without room for the spool the machine is still listened to: it says all of it only once. */
static void spool_write(struct taking *taking, const char *bytes, size_t len_bytes)
{
	while (taking->spool_fd >= 0 && len_bytes > 0) {
		ssize_t put = write(taking->spool_fd, bytes, len_bytes);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0) {
			error_warn(
			    "cannot write %s: %s: what comes is kept in memory until it is stored: free some space "
			    "before the machine has ended",
			    taking->request->spool, strerror(errno));
			close(taking->spool_fd);
			taking->spool_fd = -1;
			taking->capture->spool_short = true;
			return;
		}
		bytes += put;
		len_bytes -= (size_t)put;
	}
}

static int keep(struct taking *taking, const char *bytes, size_t len_bytes, struct error *error)
{
	struct capture *capture = taking->capture;

	if (capture->len_bytes + len_bytes > STREAM_BYTES_MAX)
		return error_set(error, STATUS_FAILED, "received more than %d MiB: more than any run sends",
				 STREAM_BYTES_MAX >> 20);
	if (capture->len_bytes + len_bytes + 1 > taking->room_bytes) {
		taking->room_bytes = 2 * (capture->len_bytes + len_bytes) + CHUNK_BYTES;
		capture->bytes = memory_resize(capture->bytes, taking->room_bytes, 1);
	}
	memcpy(capture->bytes + capture->len_bytes, bytes, len_bytes);
	capture->len_bytes += len_bytes;
	capture->bytes[capture->len_bytes] = '\0';
	spool_write(taking, bytes, len_bytes);
	return 0;
}

static int take(struct taking *taking, const char *bytes, size_t len_bytes, struct error *error)
{
	unsigned begun = taking->watch.begun, done = taking->watch.done;
	int status = keep(taking, bytes, len_bytes, error);

	taking->heard_ns = process_now_ns();
	taking->damaged = false;
	collect_watch_feed(&taking->watch, bytes, len_bytes);
	if (taking->watch.begun > begun) {
		mark(taking, true);
		taking->boot_begun_ns = taking->heard_ns;
	}
	if (status == 0 && taking->watch.done > done) {
		mark(taking, false);
		boot_done(taking);
	}
	return status;
}

static void show(struct taking *taking)
{
	const struct collect_watch *watch = &taking->watch;
	double left = 0;

	taking->progress.total = watch->points;
	taking->progress.ended = watch->ended < watch->points ? watch->ended : watch->points;
	if (watch->ended > 0 && watch->points > watch->ended)
		left = (double)(process_now_ns() - taking->boot_begun_ns) / NS_PER_S / watch->ended *
		       (watch->points - watch->ended);
	progress_update(&taking->progress, watch->now, left);
}

/* A wrong port and a machine that is still off look alike: the user is told where to look. */
static void remind(struct taking *taking)
{
	double silent_s = (double)(process_now_ns() - taking->heard_ns) / NS_PER_S;

	if (taking->reminded || taking->request->remind_s <= 0 || taking->capture->len_bytes > 0 ||
	    silent_s < taking->request->remind_s)
		return;
	taking->reminded = true;
	progress_note(&taking->progress,
		      "nothing has come yet: is the machine on, is it this port, is the cable a null-modem cable, and "
		      "does the machine write to this line (serial=)? Ctrl-C ends");
}

/* Whether it is over although more could come. */
static bool is_over(struct taking *taking)
{
	double silent_s = (double)(process_now_ns() - taking->heard_ns) / NS_PER_S;
	const struct capture_request *request = taking->request;

	if (request->boots > 0 && taking->whole_count >= request->boots)
		taking->capture->end = CAPTURE_WHOLE;
	else if (stop_signal_came())
		taking->capture->end = CAPTURE_INTERRUPTED;
	else if (taking->damaged && request->boots == 1 && silent_s >= request->damaged_s)
		taking->capture->end = CAPTURE_DAMAGED;
	else if (request->silence_s > 0 && silent_s >= request->silence_s)
		taking->capture->end = CAPTURE_SILENT;
	else
		return false;
	return true;
}

static int take_all(struct taking *taking, struct error *error)
{
	static char chunk[CHUNK_BYTES];
	int status = 0;

	while (status == 0 && !is_over(taking)) {
		struct pollfd wait = {.fd = taking->request->fd, .events = POLLIN};
		ssize_t got;

		show(taking);
		remind(taking);
		if (poll(&wait, 1, TICK_MS) <= 0)
			continue;
		got = read(taking->request->fd, chunk, sizeof(chunk));
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0) {
			taking->capture->end = CAPTURE_CLOSED;
			break;
		}
		status = take(taking, chunk, (size_t)got, error);
	}
	return status;
}

int capture_run(struct capture *capture, const struct capture_request *request, struct error *error)
{
	struct taking taking = {.capture = capture, .request = request, .spool_fd = -1, .heard_ns = process_now_ns()};
	struct stop_signal_watch watch;
	int status = 0;

	*capture = (struct capture){.bytes = memory_text("")};
	taking.watch.noise = request->quiet ? NULL : tell_noise;
	taking.watch.context = &taking;
	if (request->spool != NULL) {
		taking.spool_fd = open(request->spool, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
		if (taking.spool_fd < 0)
			return error_set_errno(error, STATUS_FAILED, "cannot create", request->spool);
	}
	stop_signal_watch(&watch);
	progress_begin(&taking.progress, 0, 0, request->quiet);
	status = take_all(&taking, error);
	progress_end(&taking.progress);
	stop_signal_unwatch(&watch);
	if (taking.spool_fd >= 0)
		close(taking.spool_fd);
	free(taking.whole);
	return status;
}

double capture_seconds(const struct capture *capture, size_t from)
{
	uint64_t begin = 0;

	for (size_t i = 0; i < capture->mark_count; i++) {
		const struct capture_mark *at = &capture->marks[i];

		if (at->at > from && at->begin && begin == 0)
			begin = at->ns;
		else if (!at->begin && begin != 0)
			return (double)(at->ns - begin) / NS_PER_S;
	}
	return 0;
}

void capture_free(struct capture *capture)
{
	free(capture->bytes);
	free(capture->marks);
	*capture = (struct capture){0};
}
