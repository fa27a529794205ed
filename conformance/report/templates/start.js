// Puts the parts together.
for (const operation of data.operations) byId("op").append(make("option", { value: operation.id }, operation.id));
for (const part of document.querySelectorAll(".spectrum i")) part.style.flexGrow = part.dataset.n;

function draw() {
  byId("q").value = state.q;
  byId("op").value = state.op;
  byId("level").value = state.level;
  const rows = matching();
  byId("reset").hidden = !(state.q || state.op || state.level || state.v !== DEFAULT);
  drawList(rows);
  drawMatrix(rows);
  drawHeat(rows);
}

function change(part) {
  Object.assign(state, part);
  writeState(false);
  draw();
}

// Shows one verdict or requirement, whatever was filtered before; the way back leads here.
function jump(part) {
  Object.assign(state, { q: "", op: "", level: "", v: "", at: "" }, part);
  writeState(true);
  draw();
  if (state.at) openAt(state.at, true);
  else {
    byId("violations").scrollIntoView();
    byId("violations").focus({ preventScroll: true });
  }
}

let typing = 0;
byId("q").addEventListener("input", (event) => {
  clearTimeout(typing);
  typing = setTimeout(() => change({ q: event.target.value, at: "" }), 120);
});
byId("op").addEventListener("change", (event) => change({ op: event.target.value, at: "" }));
byId("level").addEventListener("change", (event) => change({ level: event.target.value, at: "" }));
byId("reset").addEventListener("click", () => change({ q: "", op: "", level: "", v: DEFAULT, at: "" }));
byId("calm").addEventListener("change", () => drawHeat(matching()));
for (const button of document.querySelectorAll(".toggle")) {
  button.addEventListener("click", () => {
    const code = CODES[button.dataset.verdict];
    change({ v: state.v.includes(code) ? state.v.replace(code, "") : state.v + code, at: "" });
  });
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-at], [data-q]");
  if (!target || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  jump(target.dataset.at ? { at: target.dataset.at } : { q: target.dataset.q });
});
for (const link of document.querySelectorAll("nav.sections a")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const section = document.querySelector(link.getAttribute("href"));
    section.scrollIntoView();
    section.focus({ preventScroll: true });
  });
}

const THEMES = ["auto", "light", "dark"];
function theme(name) {
  document.documentElement.dataset.theme = name;
  byId("theme").textContent = `Theme: ${name}`;
  try { localStorage.setItem("conformance-theme", name); } catch { /* a file may have no storage */ }
}
let stored = "auto";
try { stored = localStorage.getItem("conformance-theme") || "auto"; } catch { /* a file may have no storage */ }
theme(THEMES.includes(stored) ? stored : "auto");
byId("theme").addEventListener("click", () => {
  theme(THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length]);
});

function follow() {
  readState();
  draw();
  if (state.at) openAt(state.at, true);
}
addEventListener("popstate", follow);
document.documentElement.classList.add("scripted");
readState();
const plainAnchor = location.hash && !location.hash.includes("=");
draw();
if (state.at) openAt(state.at, true);
else if (!plainAnchor && listed.length && listed.length <= 3 && violated) openAt(listed[0].key, false);
