/* SPDX-License-Identifier: MIT */
/* The header of a .gp file: see figure_spec.h. */
#include "figure_spec.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static const char *const figure_kinds[FIGURE_KINDS] = {
    [FIGURE_ROWS] = "rows", [FIGURE_SCALE] = "scale", [FIGURE_CPUS] = "cpus",
    [FIGURE_ECDF] = "ecdf", [FIGURE_RATIO] = "ratio", [FIGURE_REFERENCE] = "reference",
};

const char *figure_item_param(const struct figure_item *item, const char *key)
{
	for (size_t i = 0; i < item->param_count; i++) {
		if (strcmp(item->params[i].key, key) == 0)
			return item->params[i].value;
	}
	return NULL;
}

/* Takes "…/N" and "…?" off the end of text. */
static bool item_suffixes(struct figure_item *item, char *text)
{
	size_t len = strlen(text);
	char *slash, *end;
	unsigned long divisor;

	if (len > 0 && text[len - 1] == '?') {
		item->optional = true;
		text[len - 1] = '\0';
	}
	slash = strrchr(text, '/');
	if (slash == NULL)
		return true;
	if (!isdigit((unsigned char)slash[1]))
		return false;
	errno = 0;
	divisor = strtoul(slash + 1, &end, 10);
	if (*end != '\0' || errno != 0 || divisor < 1 || divisor > 1000000)
		return false;
	item->divisor = (unsigned)divisor;
	*slash = '\0';
	return true;
}

static bool item_param(struct figure_item *item, char *text)
{
	char *value = strchr(text, '=');
	struct stream_pair *pair = &item->params[item->param_count];

	if (value == NULL || value == text || value[1] == '\0' || item->param_count == STREAM_PARAMS_MAX)
		return false;
	*value++ = '\0';
	pair->key = memory_text(text);
	pair->value = memory_text(value);
	item->param_count++;
	return true;
}

int figure_item_read(struct figure_item *item, const char *text, struct error *error)
{
	char *copy = memory_text(text), *rest = copy;
	bool good;

	*item = (struct figure_item){.text = memory_text(text), .divisor = 1};
	good = item_suffixes(item, copy);
	item->benchmark = memory_text(strsep(&rest, ":"));
	good = good && item->benchmark[0] != '\0' && strchr(item->benchmark, '=') == NULL;
	for (char *param; good && (param = strsep(&rest, ":")) != NULL;)
		good = item_param(item, param);
	free(copy);
	if (good)
		return 0;
	return error_set(error, STATUS_USAGE, "item '%s' is not BENCHMARK[:PARAM=VALUE]…[/N][?]", text);
}

void figure_item_free(struct figure_item *item)
{
	for (size_t i = 0; i < item->param_count; i++) {
		free(item->params[i].key);
		free(item->params[i].value);
	}
	free(item->text);
	free(item->benchmark);
}

static bool figure_is_name(const char *text)
{
	if (!islower((unsigned char)*text))
		return false;
	while (islower((unsigned char)*text) || isdigit((unsigned char)*text) || *text == '_')
		text++;
	return *text == '\0';
}

static int data_item(struct figure_data *data, const char *word, struct error *error)
{
	struct figure_item *item;
	int status;

	data->items = memory_grow(data->items, data->item_count, sizeof(*data->items));
	item = &data->items[data->item_count++];
	status = figure_item_read(item, word, error);
	data->required |= !item->optional;
	return status;
}

static const struct figure_data *figure_find_data(const struct figure *figure, const char *name)
{
	for (size_t i = 0; i < figure->data_count; i++) {
		if (strcmp(figure->data[i].name, name) == 0)
			return &figure->data[i];
	}
	return NULL;
}

/* The data that was read last, against what its kind needs and against those before it. */
static int data_check(const struct figure *figure, const struct figure_data *data, struct error *error)
{
	const char *name = data->name;

	if (figure_find_data(figure, name) != data)
		return error_set(error, STATUS_USAGE, "two data are called '%s'", name);
	if (data->kind == FIGURE_REFERENCE) {
		const struct figure_data *other = data->axis != NULL ? figure_find_data(figure, data->axis) : NULL;

		if (other == NULL || other->kind != FIGURE_ROWS || data->item_count != 0)
			return error_set(error, STATUS_USAGE, "data '%s' wants of=NAME of earlier data of kind rows",
					 name);
		return 0;
	}
	if ((data->kind == FIGURE_SCALE) != (data->axis != NULL))
		return error_set(error, STATUS_USAGE, "data '%s': x=PARAM belongs to kind scale, and only to it", name);
	if (data->item_count == 0)
		return error_set(error, STATUS_USAGE, "data '%s' names no item", name);
	return 0;
}

/* The value of the option that this kind takes, or NULL: the word is an item. */
static const char *data_option(const struct figure_data *data, const char *word)
{
	const char *key = data->kind == FIGURE_REFERENCE ? "of=" : "x=";
	size_t len = strlen(key);

	return data->axis == NULL && strncmp(word, key, len) == 0 && word[len] != '\0' ? word + len : NULL;
}

/* "NAME KIND [x=PARAM] ITEM…" */
static int figure_read_data(struct figure *figure, char *text, struct error *error)
{
	char *name = strsep(&text, " "), *kind = strsep(&text, " "), *word;
	struct figure_data *data;
	const char *option;
	int status = 0;

	if (kind == NULL || !figure_is_name(name))
		return error_set(error, STATUS_USAGE, "data wants a name of letters a-z, digits and _, then a kind");
	figure->data = memory_grow(figure->data, figure->data_count, sizeof(*figure->data));
	data = &figure->data[figure->data_count++];
	*data = (struct figure_data){.name = memory_text(name), .kind = FIGURE_KINDS};
	for (int i = 0; i < FIGURE_KINDS; i++) {
		if (strcmp(kind, figure_kinds[i]) == 0)
			data->kind = (enum figure_kind)i;
	}
	if (data->kind == FIGURE_KINDS)
		return error_set(error, STATUS_USAGE,
				 "data '%s': kind '%s' is not rows, scale, cpus, ecdf, ratio or reference", name, kind);
	while (status == 0 && (word = strsep(&text, " ")) != NULL) {
		if (word[0] == '\0')
			continue;
		option = data_option(data, word);
		if (option != NULL)
			data->axis = memory_text(option);
		else
			status = data_item(data, word, error);
	}
	return status != 0 ? status : data_check(figure, data, error);
}

/* "[MACHINE] TEXT": the brackets are part of it. */
static void figure_read_note(struct figure *figure, const char *text)
{
	const char *end = text[0] == '[' ? strchr(text, ']') : NULL;
	struct figure_note note = {0};

	if (end != NULL) {
		note.machine = memory_format("%.*s", (int)(end - text - 1), text + 1);
		text = end + 1;
		text += strspn(text, " ");
	}
	note.text = memory_text(text);
	figure->notes = memory_grow(figure->notes, figure->note_count, sizeof(*figure->notes));
	figure->notes[figure->note_count++] = note;
}

static void figure_replace(char **field, const char *text)
{
	free(*field);
	*field = memory_text(text);
}

/* The value of "# KEY: VALUE", or NULL if the line is not of that key. */
static char *figure_line_value(char *line, const char *key)
{
	size_t len = strlen(key);

	line += 1 + strspn(line + 1, " ");
	if (strncmp(line, key, len) != 0 || line[len] != ':')
		return NULL;
	line += len + 1;
	return line + strspn(line, " ");
}

static int figure_read_line(struct figure *figure, char *line, struct error *error)
{
	char *value;

	if ((value = figure_line_value(line, "title")) != NULL)
		figure_replace(&figure->title, value);
	else if ((value = figure_line_value(line, "about")) != NULL)
		figure_replace(&figure->about, value);
	else if ((value = figure_line_value(line, "note")) != NULL)
		figure_read_note(figure, value);
	else if ((value = figure_line_value(line, "data")) != NULL)
		return figure_read_data(figure, value, error);
	return 0;
}

static int figure_read_header(struct figure *figure, FILE *file, struct error *error)
{
	char *line = NULL;
	size_t size = 0;
	unsigned number = 0;
	int status = 0;

	while (status == 0 && getline(&line, &size, file) >= 0 && line[0] == '#') {
		number++;
		line[strcspn(line, "\r\n")] = '\0';
		status = figure_read_line(figure, line, error);
		if (status != 0)
			error_prefix(error, "%s:%u", figure->path, number);
	}
	free(line);
	if (status == 0 && ferror(file))
		return error_set_errno(error, STATUS_USAGE, "cannot read", figure->path);
	return status;
}

int figure_read(struct figure *figure, const char *path, struct error *error)
{
	const char *base = strrchr(path, '/');
	FILE *file = fopen(path, "re");
	bool required = false;
	int status;

	base = base != NULL ? base + 1 : path;
	*figure = (struct figure){.path = memory_text(path), .about = memory_text("")};
	figure->name = memory_format("%.*s", (int)strcspn(base, "."), base);
	if (file == NULL)
		return error_set_errno(error, STATUS_USAGE, "cannot read", path);
	status = figure_read_header(figure, file, error);
	fclose(file);
	if (status != 0)
		return status;
	if (!figure_is_name(figure->name))
		return error_set(error, STATUS_USAGE, "%s: a figure's name is letters a-z, digits and _", path);
	for (size_t i = 0; i < figure->data_count; i++)
		required |= figure->data[i].required;
	if (figure->title == NULL || !required)
		return error_set(
		    error, STATUS_USAGE,
		    "%s: the header needs '# title:' and '# data:' with an item that is not optional (plots/README.md)",
		    path);
	return 0;
}

static void figure_data_free(struct figure_data *data)
{
	for (size_t i = 0; i < data->item_count; i++)
		figure_item_free(&data->items[i]);
	free(data->items);
	free(data->name);
	free(data->axis);
}

void figure_free(struct figure *figure)
{
	for (size_t i = 0; i < figure->note_count; i++) {
		free(figure->notes[i].machine);
		free(figure->notes[i].text);
	}
	for (size_t i = 0; i < figure->data_count; i++)
		figure_data_free(&figure->data[i]);
	free(figure->notes);
	free(figure->data);
	free(figure->name);
	free(figure->path);
	free(figure->title);
	free(figure->about);
	*figure = (struct figure){0};
}
