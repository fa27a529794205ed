// Puts the parts together.
for (const operation of data.operations) byId("op").append(make("option", { value: operation.id }, operation.id));
for (const part of document.querySelectorAll(".spectrum i")) part.style.flexGrow = part.dataset.n;

function draw() {
  byId("q").value = state.q;
  byId("op").value = state.op;
  byId("about").value = state.theme;
  byId("level").value = state.level;
  const rows = matching();
  byId("reset").hidden = Object.keys(NOTHING).every((name) => name === "at" || state[name] === NOTHING[name]);
  drawList(rows);
  drawHeat(rows);
}

function change(part) {
  Object.assign(state, part);
  writeState(false);
  draw();
}

// Shows one verdict, or what a cell of the grid counts, whatever was filtered before; the way back leads here.
function jump(part) {
  Object.assign(state, NOTHING, { v: "" }, part);
  writeState(true);
  draw();
  if (state.at) openAt(state.at, true);
  else show(byId("verdicts"));
}

function show(section) {
  if (section.matches("details")) section.open = true;
  section.scrollIntoView();
  (section.querySelector(":scope > summary") || section).focus({ preventScroll: true });
}

let typing = 0;
byId("q").addEventListener("input", (event) => {
  clearTimeout(typing);
  typing = setTimeout(() => change({ q: event.target.value, at: "" }), 120);
});
byId("op").addEventListener("change", (event) => change({ op: event.target.value, at: "" }));
byId("about").addEventListener("change", (event) => change({ theme: event.target.value, at: "" }));
byId("level").addEventListener("change", (event) => change({ level: event.target.value, at: "" }));
byId("reset").addEventListener("click", () => change({ ...NOTHING }));
byId("calm").addEventListener("change", () => drawHeat(matching()));
for (const button of document.querySelectorAll(".toggle")) {
  button.addEventListener("click", () => {
    const code = button.dataset.kind;
    change({ v: state.v.includes(code) ? state.v.replace(code, "") : state.v + code, at: "" });
  });
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-at], [data-op]");
  if (!target || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const { at, op, theme } = target.dataset;
  jump(at ? { at } : { op, theme: theme || "" });
});
for (const link of document.querySelectorAll("nav.sections a, .skip, a[href='#moved']")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    show(document.querySelector(link.getAttribute("href")));
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

// What an address chose is shown, and what it names is opened.
function follow() {
  readState();
  draw();
  const named = location.hash && !location.hash.includes("=") && document.getElementById(location.hash.slice(1));
  if (named) show(named);
  else if (state.at) openAt(state.at, true);
  else byId("verdicts").open ||= location.hash.length > 1;
}
addEventListener("popstate", follow);
document.documentElement.classList.add("scripted");
follow();
