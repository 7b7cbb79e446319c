/* SPDX-License-Identifier: MIT */
/* Sorts a table by a column when its heading is activated; the page is complete without it. */
"use strict";

function cellKey(row, column) {
	const cell = row.cells[column];
	if (cell.dataset.v !== undefined)
		return { known: true, number: parseFloat(cell.dataset.v), text: "" };
	const text = cell.textContent;
	return { known: text !== "–", number: NaN, text: text };
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
	const down = heading.getAttribute("aria-sort") === "descending" ? 1 : -1;
	const first = column === 0 && !heading.hasAttribute("aria-sort") ? 1 : down;
	const rows = Array.from(table.tBodies[0].rows);
	rows.sort((a, b) => compareCells(a, b, column, first));
	for (const other of table.tHead.rows[0].cells)
		other.removeAttribute("aria-sort");
	heading.setAttribute("aria-sort", first > 0 ? "ascending" : "descending");
	table.tBodies[0].append(...rows);
}

for (const table of document.querySelectorAll("table")) {
	Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
		const button = document.createElement("button");
		button.type = "button";
		button.textContent = heading.textContent || "name";
		heading.replaceChildren(button);
		button.addEventListener("click", () => sortBy(table, heading, column));
	});
}
