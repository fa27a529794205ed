// The list of verdicts: each opens to the page's sentence, expected and actual, the exchange and the curl line.
function message(title, text, open) {
  return make("details", { class: "plain", open }, make("summary", {}, title), make("pre", { tabindex: "0" }, text));
}

function exchange(id, last) {
  const { title, request, response } = data.exchanges[id];
  return make("div", { class: "exchange" },
    make("h3", {}, make("span", { class: "soft" }, `${id} `), title),
    make("div", { class: "pair" }, message("Request", request, last), message("Response", response, last)));
}

function sides(row) {
  const expected = row.e || row.requirement.expect || "";
  const actual = row.a || row.f || "";
  if (!expected && !actual) return null;
  const compare = row.v === "F" || row.v === "D";
  const [left, right] = compare ? difference(expected, actual) : [[expected], [actual]];
  return make("div", { class: "pair sides" },
    make("div", { class: "side" }, make("h3", {}, "Expected"), make("p", {}, left)),
    make("div", { class: "side actual" }, make("h3", {}, row.v === "O" ? "Seen" : "Actual"), make("p", {}, right)));
}

// The run deleted what it had created: a violation that needs it is shown with lines that create it anew.
const curlOf = (row) => row.s || row.c || "";

function copyButton(text, label) {
  const button = make("button", { type: "button", class: "copy" }, label);
  button.addEventListener("click", () => copy(text));
  return button;
}

function curlBlock(row) {
  const text = curlOf(row);
  if (!text) return null;
  const violation = row.v === "F" || row.v === "D";
  const command = `conformance replay ${row.requirement.id}@${row.operation.id} --run reports/${data.folder}`;
  return make("div", { class: "curl" },
    make("div", { class: "bar" }, make("h3", {}, "Send it again"), copyButton(text, "Copy curl")),
    make("p", { class: "soft" }, row.s
      ? "The run has deleted what it created. These lines create it anew, send the proof, and delete it again; they need curl, jq and a token in TOKEN."
      : "TOKEN: a token of the identity that sent it."),
    make("pre", { tabindex: "0" }, text),
    violation && make("div", { class: "bar" }, make("code", { class: "wide" }, command), copyButton(command, "Copy command")));
}

function body(row) {
  const { requirement, operation } = row;
  const address = requirement.link || operation.link;
  const link = address ? make("a", { href: address, rel: "noreferrer noopener" }, "page") : requirement.page;
  const cited = [make("span", {}, requirement.level), link && make("span", {}, link), operation.path && make("code", {}, operation.path)];
  return make("div", { class: "body" },
    requirement.quote && make("blockquote", {}, `“${requirement.quote}”`),
    make("p", { class: "soft cite" }, cited),
    requirement.expect && make("p", {}, requirement.expect),
    row.w && make("p", { class: "note" }, row.w),
    sides(row),
    row.n && make("p", { class: "reason" }, row.n),
    sinceWhen(row),
    curlBlock(row),
    (row.x || []).map((id, index) => exchange(id, index === row.x.length - 1)));
}

function verdict(row) {
  const summary = make("summary", {},
    badge(row.v),
    make("span", { class: "id" }, breakable(row.requirement.id)),
    make("span", { class: "op" }, row.operation.id),
    row.m && make("span", { class: `chip k-${row.m.replaceAll(" ", "-")}` }, data.moves[row.m] || row.m),
    row.w && make("span", { class: "chip" }, row.w.split(":")[0]),
    row.t && make("span", { class: "soft times", title: "how often it was judged" }, `${row.t}×`));
  const element = make("details", { class: `verdict v-${VERDICTS[row.v]}${row.red ? " red" : ""}`, "data-key": row.key }, summary);
  opens(element, row);
  return element;
}

// Opens to the proof; the address says which one is open.
function opens(element, row) {
  element.addEventListener("toggle", () => {
    if (element.open && !element.querySelector(".body")) element.querySelector("summary").after(body(row));
    if (element.open && state.at !== row.key) state.at = row.key;
    else if (!element.open && state.at === row.key) state.at = "";
    else return;
    writeState(false);
  });
}

const list = pager(byId("list"), byId("list-more"), 100, verdict);
let listed = [];

function drawList(rows) {
  listed = state.v ? rows.filter((row) => state.v.includes(row.kind)) : rows;
  const kinds = Object.keys(data.kinds).map((code) => [listed.filter((row) => row.kind === code).length, data.kinds[code][1]]);
  byId("shown").textContent = listed.length
    ? `${listed.length} of ${data.rows.length} verdicts shown: ${kinds.filter(([number]) => number).map((pair) => pair.join(" ")).join(", ")}`
    : violated || state.q || state.op || state.level || state.v ? "Nothing matches: Reset shows all again." : "";
  list.show(listed);
  for (const button of document.querySelectorAll(".toggle")) {
    button.setAttribute("aria-pressed", String(state.v.includes(button.dataset.kind)));
  }
}

function openAt(key, move) {
  const index = listed.findIndex((row) => row.key === key);
  if (index < 0) return;
  byId("verdicts").open = true;
  list.reach(index);
  const element = byId("list").children[index];
  element.open = true;
  if (move) {
    element.scrollIntoView({ block: "start" });
    element.querySelector("summary").focus({ preventScroll: true });
  }
}
