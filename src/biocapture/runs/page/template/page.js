"use strict";
// Tables are sorted by pressing a column's name: numbers by their value (data-v), everything else by its text.
const key = (row, column) => {
  const cell = row.cells[column];
  const value = cell.dataset.v;
  return value === undefined ? cell.textContent.trim() : value === "" ? -Infinity : Number(value);
};
for (const head of document.querySelectorAll("table.sort thead th")) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener("click", () => {
    const table = head.closest("table");
    const down = head.getAttribute("aria-sort") === "descending" ? 1 : -1;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down < 0 ? "descending" : "ascending");
    const column = head.cellIndex;
    const rows = [...table.tBodies[0].rows].map((row) => [key(row, column), row]);
    rows.sort(([a], [b]) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b))) * down);
    table.tBodies[0].append(...rows.map(([, row]) => row));
  });
}
