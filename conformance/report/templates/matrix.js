// Requirement by operation: one glyph for each verdict, so that colour is never the only sign.
const columns = data.operations;

function cell(row) {
  if (!row) return make("td", {});
  return make("td", { class: `v-${VERDICTS[row.v]}`, title: `${words(row.v)}: ${row.key.replace("|", " on ")}`, "data-at": row.key },
    make("span", { "aria-hidden": "true" }, GLYPHS[row.v]), make("span", { class: "offscreen" }, words(row.v)));
}

function matrixRow({ requirement, cells }) {
  const link = make("a", { href: `#v=&q=${encodeURIComponent(requirement.id)}`, "data-q": requirement.id }, breakable(requirement.id));
  return make("tr", {}, make("th", { scope: "row" }, link), columns.map((_, index) => cell(cells.get(index))));
}

const matrixBody = make("tbody", {});
byId("matrix-box").append(make("table", { class: "matrix" },
  make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Requirement"),
    columns.map((operation) => make("th", { scope: "col", title: operation.path }, make("span", {}, operation.id))))),
  matrixBody));
const matrix = pager(matrixBody, byId("matrix-more"), 100, matrixRow);

function drawMatrix(rows) {
  const groups = new Map();
  for (const row of rows) {
    if (!groups.has(row.r)) groups.set(row.r, { requirement: row.requirement, cells: new Map() });
    groups.get(row.r).cells.set(row.o, row);
  }
  const order = [...groups.values()].sort((a, b) => (a.requirement.id < b.requirement.id ? -1 : 1));
  matrix.show(order);
}

for (const code of Object.keys(VERDICTS)) {
  byId("legend").append(make("li", { class: `v-${VERDICTS[code]}` }, make("i", {}, GLYPHS[code]), words(code).toLowerCase()));
}
