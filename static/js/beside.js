// The preview of the saved draft beside the form, where the screen is wide enough; it renews itself after each save.
"use strict";

{
  const button = document.getElementById("beside-button");
  const pane = document.getElementById("beside");
  const frame = pane.querySelector("iframe");
  const remembered = (value) => {
    try {
      if (value === undefined) return localStorage.getItem("beside") === "yes";
      localStorage.setItem("beside", value ? "yes" : "no");
    } catch { /* it is only a convenience */ }
    return false;
  };

  const show = (open) => {
    pane.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open && !frame.src) frame.src = frame.dataset.src;
  };
  button.hidden = false;
  button.addEventListener("click", () => { show(pane.hidden); remembered(!pane.hidden); });
  show(remembered());

  let shown = null;
  document.addEventListener("autosaved", ({ detail: version }) => {
    if (frame.src && version !== shown) frame.contentWindow.location.reload();
    shown = version;
  });
}
