// The page of `run --watch`: says how the run goes, and loads the report anew where the reader was.
const bar = document.getElementById("bar");
const frame = document.getElementById("report");
const signs = { running: "…", good: "✔", warned: "▲", bad: "✘", ended: "■" };
let shown = 0;

function say({ kind, name, text }) {
  bar.dataset.kind = kind;
  document.getElementById("name").textContent = `${signs[kind]} ${name}`;
  document.getElementById("text").textContent = text;
  document.title = `${signs[kind]} ${name}`;
}

function load(version) {
  const place = frame.hidden ? 0 : frame.contentWindow.scrollY;
  frame.hidden = false;
  frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, place), { once: true });
  // No entry in the history for each save.
  frame.contentWindow.location.replace(`run/report.html?${version}`);
  shown = version;
}

let last = { name: "ductaflow" };
const events = new EventSource("events");
events.addEventListener("message", (event) => {
  last = JSON.parse(event.data);
  say(last);
  if (last.version !== shown) load(last.version);
});
events.addEventListener("error", () => {
  say({ kind: "ended", name: last.name, text: "The watch has ended; start it again in the terminal" });
});
