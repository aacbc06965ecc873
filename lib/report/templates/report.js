// Frames tell how high they are; only a frame of this page is believed.
addEventListener("message", (event) => {
  const height = Number(event.data && event.data.ductaflowHeight);
  if (!(height >= 0)) return;
  for (const frame of document.querySelectorAll("iframe.frame")) {
    if (frame.contentWindow === event.source) frame.style.height = Math.min(Math.max(height, 24) + 4, 5000) + "px";
  }
});
// On paper everything that is folded and short enough is open; afterwards it is as it was.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")].filter((item) => item.textContent.length < 20000);
  for (const item of opened) item.open = true;
});
addEventListener("afterprint", () => {
  for (const item of opened) item.open = false;
});
function reveal() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  const code = target && target.querySelector("details.source");
  if (code && target.classList.contains("failed")) code.open = true;
}
addEventListener("hashchange", reveal);
reveal();
if (navigator.clipboard) {
  for (const box of document.querySelectorAll(".copy")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", () => {
      navigator.clipboard.writeText(box.querySelector("pre").textContent).then(
        () => button.textContent = "Copied",
        () => button.textContent = "Select the text and copy it",
      );
    });
    box.append(button);
  }
}
