/* SPDX-License-Identifier: MIT */
/* Sorts tables, filters rows, opens what a link leads to. The page is complete without it. */
"use strict";

/* --- Sorting: largest first, smallest first (names the other way round), as it was --- */

function cellKey(row, column) {
	const cell = row.cells[column];
	if (cell === undefined)
		return { known: false, number: NaN, text: "" };
	if (cell.dataset.v !== undefined)
		return { known: true, number: parseFloat(cell.dataset.v), text: "" };
	const text = cell.textContent;
	return { known: text !== "–" && text !== "", number: NaN, text: text };
}

/* Unknown cells come last in both directions. */
function compareCells(a, b, column, sign) {
	const left = cellKey(a, column), right = cellKey(b, column);
	if (left.known !== right.known)
		return left.known ? -1 : 1;
	if (!isNaN(left.number) && !isNaN(right.number))
		return sign * (left.number - right.number);
	return sign * left.text.localeCompare(right.text, "en", { numeric: true });
}

function sortBy(table, heading, column) {
	const rows = table.rowsAsWritten;
	const numbers = rows.some((row) => row.cells[column] !== undefined && row.cells[column].dataset.v !== undefined);
	const cycle = numbers ? ["descending", "ascending", null] : ["ascending", "descending", null];
	const order = cycle[(cycle.indexOf(heading.getAttribute("aria-sort")) + 1) % cycle.length];
	const sorted = order === null ? rows
		: rows.slice().sort((a, b) => compareCells(a, b, column, order === "ascending" ? 1 : -1));

	for (const other of heading.parentElement.cells)
		other.removeAttribute("aria-sort");
	if (order !== null)
		heading.setAttribute("aria-sort", order);
	table.tBodies[0].append(...sorted);
	said.textContent = order === null ? "In the original order."
		: "Sorted by " + heading.textContent + ", " + order + ".";
}

function makeSortable(table) {
	table.rowsAsWritten = Array.from(table.tBodies[0].rows);
	if (table.rowsAsWritten.length < 4)
		return;
	Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
		const button = document.createElement("button");
		button.type = "button";
		button.textContent = heading.textContent || "name";
		heading.replaceChildren(button);
		button.addEventListener("click", () => sortBy(table, heading, column));
	});
}

/* --- Filtering: what names benchmarks must hold all words; what names subjects must name the chosen one --- */

const words = document.getElementById("filter-words"), chosen = document.getElementById("filter-subject");
const found = document.getElementById("filter-found"), said = document.getElementById("said");

function namesSubject(text, subject) {
	const named = text.match(/\b(aerokernel|linux)@[^\s,;]*[^\s,;.:]/g);
	return subject === "" || named === null || named.includes(subject);
}

function holdsWords(text, wanted) {
	return wanted.every((word) => text.toLowerCase().includes(word));
}

/* Tables of facts have no benchmarks, those inside a point have its own. */
function wantsWords(table) {
	return table.closest("#environment, #sources, #elsewhere, #aa, details.point") === null;
}

function filterTable(table, wanted, subject, counts) {
	const counted = wantsWords(table), whole = table.caption.textContent;
	let shown = 0;

	for (const row of table.tBodies[0].rows) {
		row.hidden = !namesSubject(row.textContent, subject) || !namesSubject(whole, subject) ||
			(counted && !holdsWords(row.textContent, wanted));
		shown += row.hidden ? 0 : 1;
	}
	table.parentElement.classList.toggle("bare", shown === 0);
	if (counted) {
		counts.shown += shown;
		counts.all += table.tBodies[0].rows.length;
	}
}

/* A heading with everything up to the next one. */
function filterGroup(heading, hide) {
	for (let part = heading; part !== null && (part === heading || part.tagName !== "H3"); part = part.nextElementSibling)
		if (!part.matches("details.point"))
			part.hidden = hide;
}

function filterAll() {
	const wanted = words.value.toLowerCase().split(/\s+/).filter((word) => word !== ""), subject = chosen.value;
	const counts = { shown: 0, all: 0 };

	for (const table of document.querySelectorAll("main table"))
		filterTable(table, wanted, subject, counts);
	for (const point of document.querySelectorAll("details.point")) {
		const machines = Array.from(point.querySelectorAll(".machine"));
		for (const machine of machines)
			machine.hidden = machine.querySelector(".bare") !== null;
		point.hidden = !holdsWords(point.dataset.name, wanted) || machines.every((machine) => machine.hidden);
	}
	for (const heading of document.querySelectorAll("#systems h3, #comparison h3, #builds h3, #aa h3"))
		filterGroup(heading, !namesSubject(heading.textContent, subject));
	for (const heading of document.querySelectorAll("#benchmarks h3")) {
		let shown = false;
		for (let part = heading.nextElementSibling; part !== null && part.tagName !== "H3"; part = part.nextElementSibling)
			shown = shown || (part.matches("details.point") && !part.hidden);
		filterGroup(heading, !shown);
	}
	found.textContent = wanted.length === 0 && subject === "" ? "" : counts.shown + " of " + counts.all + " rows";
}

/* --- Links into what is closed, or filtered away --- */

function reveal() {
	const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
	if (target === null)
		return;
	if (target.hidden || target.closest("[hidden]") !== null) {
		words.value = chosen.value = "";
		filterAll();
	}
	for (let part = target; part !== null; part = part.parentElement)
		if (part.tagName === "DETAILS")
			part.open = true;
	target.scrollIntoView();
}

for (const table of document.querySelectorAll("main table"))
	makeSortable(table);
words.addEventListener("input", filterAll);
chosen.addEventListener("input", filterAll);
window.addEventListener("hashchange", reveal);
document.addEventListener("click", (event) => {
	const link = event.target.closest("a[href^='#']");
	if (link !== null && link.getAttribute("href") === location.hash)
		reveal();
});
/* A page that is loaded again may come with the fields as they were. */
filterAll();
if (location.hash !== "")
	reveal();
